Feature: Message Structure
  GetReservedContactOD asks, ContactOD answers.

  Background:
    Given a Campaign Manager version that offers the API

  Rule: GetReservedContactOD is answered by ContactOD

    @MAP-1
    Scenario: The reply's subtopic is ContactOD
      When a logged-in agent asks for the reserved contact
      Then every proper request is answered under "ContactOD"

    @MAP-2
    Scenario: Another subtopic brings no contact
      When the request is sent under a subtopic that is documented nowhere
      Then no contact is handed out
