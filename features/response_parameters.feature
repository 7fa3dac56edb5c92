Feature: Response Parameters
  channel, topic, subtopic and message of the reply.

  Background:
    Given a Campaign Manager version that offers the API

  Rule: The reply is a JSON object

    @RSP-1
    Scenario: The reply is valid JSON
      When a logged-in agent asks for the reserved contact
      Then every reply is one valid JSON text whose value is an object

    @RSP-6
    Scenario: No name is repeated
      When a logged-in agent asks for the reserved contact
      Then no reply repeats a name within an object

  Rule: The reply comes on channel LCM and topic Webservice

    @RSP-2
    Scenario: The reply's channel is LCM
      When a logged-in agent asks for the reserved contact
      Then every reply's channel is "LCM"

    @RSP-3
    Scenario: The reply's topic is Webservice, or WebService as in the sample
      When a logged-in agent asks for the reserved contact
      Then every reply's topic is "Webservice" or "WebService"

  Rule: message is a JSON object

    @RSP-4
    Scenario: message is an Object
      When a logged-in agent asks for the reserved contact
      Then message is an Object in every reply
