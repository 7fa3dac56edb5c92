Feature: Sample Request and Sample Response
  Table and sample differ; an endpoint may follow either side, but keeps to it.

  Background:
    Given a Campaign Manager version that offers the API

  Rule: One reading throughout a run

    @CON-1
    Scenario: The topic is always spelt alike
      When a logged-in agent asks for the reserved contact
      Then the endpoint keeps to one reading of topic

    @CON-1
    Scenario: ContactID is always spelt alike
      When a logged-in agent asks for the reserved contact
      Then the endpoint keeps to one reading of contact-id-name

    @CON-1
    Scenario: ContactID always has the same type
      When a logged-in agent asks for the reserved contact
      Then the endpoint keeps to one reading of contact-id-type

    @CON-1
    Scenario: CallType always has the same type
      When a logged-in agent asks for the reserved contact
      Then the endpoint keeps to one reading of call-type-type
