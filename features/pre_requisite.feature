Feature: Pre-requisite
  The agent must be logged in to the application.

  Background:
    Given a Campaign Manager version that offers the API

  Rule: Only a logged-in agent is handed a contact

    @PRE-1
    Scenario: Before login no contact is handed out
      When an agent who is not logged in asks for the reserved contact
      Then no contact is handed out

    @PRE-2
    Scenario: After logout no contact is handed out
      Given nobody is handed a contact before login
      When an agent who has logged out asks for the reserved contact
      Then no contact is handed out

    @PRE-3
    Scenario: Once logged in, the same session is answered
      Given nobody is handed a contact before login
      When an agent who is not logged in asks for the reserved contact
      Then the session is answered once the agent has logged in

    @OBS-not-logged-in
    Scenario: How the endpoint treats an agent who is not logged in
      When an agent who is not logged in asks for the reserved contact
      Then what the endpoint does is recorded
