Feature: Note
  The API is offered up to and including Campaign Manager 2308.

  Rule: Non-PEWC is compatible up to the Campaign Manager version 2308

    @VER-1
    Scenario: The version is one that the page covers
      Given a Campaign Manager version that offers the API
      Then the clauses of the page apply to it

    @OBS-after-2308
    Scenario: What a later version does with the request
      Given a Campaign Manager version later than 2308
      When a logged-in agent asks for the reserved contact
      Then what the endpoint does is recorded
