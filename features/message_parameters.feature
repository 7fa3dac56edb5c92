Feature: Message Parameters
  message holds response, a JSON object.

  Background:
    Given a Campaign Manager version that offers the API

  Rule: response is mandatory and a JSON object

    @RSP-5
    Scenario: response is an Object
      When a logged-in agent asks for the reserved contact
      Then message.response is an Object in every reply

  Rule: The page does not say what else response may hold

    @OBS-extra-members
    Scenario: Members that the page does not list
      When a logged-in agent asks for the reserved contact
      Then what the endpoint does is recorded
