Feature: Response Parameters: presence
  All eleven members of the contact are mandatory.

  Background:
    Given a Campaign Manager version that offers the API

  Rule: Each member is present, spelt as documented

    @FLD-PhoneNumber-presence
    Scenario: PhoneNumber is present
      When a logged-in agent asks for the reserved contact
      Then every contact has the member PhoneNumber

    @FLD-AccountNumber-presence
    Scenario: AccountNumber is present
      When a logged-in agent asks for the reserved contact
      Then every contact has the member AccountNumber

    @FLD-CampaignId-presence
    Scenario: CampaignId is present
      When a logged-in agent asks for the reserved contact
      Then every contact has the member CampaignId

    @FLD-Mode-presence
    Scenario: Mode is present
      When a logged-in agent asks for the reserved contact
      Then every contact has the member Mode

    @FLD-ContactID-presence
    Scenario: ContactID is present
      When a logged-in agent asks for the reserved contact
      Then every contact has the member ContactID

    @FLD-ExpiryTime-presence
    Scenario: ExpiryTime is present
      When a logged-in agent asks for the reserved contact
      Then every contact has the member ExpiryTime

    @FLD-CallbackTime-presence
    Scenario: CallbackTime is present
      When a logged-in agent asks for the reserved contact
      Then every contact has the member CallbackTime

    @FLD-CallType-presence
    Scenario: CallType is present
      When a logged-in agent asks for the reserved contact
      Then every contact has the member CallType

    @FLD-Prefix-presence
    Scenario: Prefix is present
      When a logged-in agent asks for the reserved contact
      Then every contact has the member Prefix

    @FLD-Suffix-presence
    Scenario: Suffix is present
      When a logged-in agent asks for the reserved contact
      Then every contact has the member Suffix

    @FLD-Queue-presence
    Scenario: Queue is present
      When a logged-in agent asks for the reserved contact
      Then every contact has the member Queue
