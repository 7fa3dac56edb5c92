Feature: Overview
  The API provides a non-PEWC contact already reserved for an agent.

  Background:
    Given a Campaign Manager version that offers the API

  Rule: The contact is the one already reserved for the agent

    @RES-1
    Scenario: Two agents who ask at the same time each get their own contact
      When two logged-in agents ask at the same time
      Then each agent is handed the contact reserved for that agent

    @RES-1
    Scenario: A UserID that is no String brings no other agent's contact
      When the UserID is a Number, a Boolean, an Array or an Object
      Then no other agent's contact is handed out

    @RES-2
    Scenario: An agent with nothing reserved gets nothing
      When an agent with nothing reserved asks for a contact
      Then no contact is handed out

    @RES-3
    Scenario: An agent ID that does not exist gets nothing
      When a contact is asked for with an agent ID that does not exist
      Then no contact is handed out

  Rule: The page does not say what else happens

    @OBS-nothing-reserved
    Scenario: How the endpoint says that nothing is reserved
      When an agent with nothing reserved asks for a contact
      Then what the endpoint does is recorded

    @OBS-unknown-agent
    Scenario: How the endpoint treats an unknown agent ID
      When a contact is asked for with an agent ID that does not exist
      Then what the endpoint does is recorded

    @OBS-other-agents-userid
    Scenario: An agent asks with a colleague's ID
      When a logged-in agent asks with a colleague's UserID
      Then what the endpoint does is recorded

    @OBS-asked-twice
    Scenario: An agent asks twice
      When an agent asks twice on one session
      Then what the endpoint does is recorded

    @OBS-expired
    Scenario: A contact is handed out after its ExpiryTime
      When a logged-in agent asks for the reserved contact
      Then what the endpoint does is recorded

    @OBS-unsolicited
    Scenario: Other traffic on the session
      When a logged-in agent asks for the reserved contact
      Then what the endpoint does is recorded

    @OBS-latency
    Scenario: How long replies take
      When a logged-in agent asks for the reserved contact
      Then what the endpoint does is recorded
