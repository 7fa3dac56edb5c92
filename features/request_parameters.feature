Feature: Request Parameters
  channel, topic, subtopic, source and data of the request.

  Background:
    Given a Campaign Manager version that offers the API

  Rule: channel is LCM

    @REQ-1
    Scenario: On another channel the request counts for nothing
      When the request is sent on another channel
      Then no contact is handed out

  Rule: topic is Webservice, or WebService as in the sample

    @REQ-2
    Scenario: The request counts under a documented spelling of its topic
      When the topic is written as on the other side of the page
      Then the request counts under a documented topic

    @REQ-2
    Scenario: Under another topic the request counts for nothing
      When the request is sent under a topic that is documented nowhere
      Then no contact is handed out

  Rule: source names the sending application, and the sample leaves it out

    @REQ-3
    Scenario: The request with source and without
      When the request leaves out its source, or adds one
      Then it is recorded whether source is needed

  Rule: data is a JSON object

    @REQ-4
    Scenario: Without data no contact is handed out
      When the request has no data
      Then no contact is handed out

    @REQ-4
    Scenario: With a String for data no contact is handed out
      When the request has a String for data
      Then no contact is handed out

    @REQ-4
    Scenario: With an Array for data no contact is handed out
      When the request has an Array for data
      Then no contact is handed out

    @REQ-4
    Scenario: With null, a Number or a Boolean for data no contact is handed out
      When the request has null, a Number or a Boolean for data
      Then no contact is handed out

  Rule: Without a proper channel or topic the request counts for nothing

    @REQ-7
    Scenario: A request without a proper channel is handed no contact
      When the request's channel is missing, null, empty or a Number
      Then no contact is handed out

    @REQ-7
    Scenario: A request without a proper topic is handed no contact
      When the request's topic is missing, null, empty or a Number
      Then no contact is handed out
