Feature: Response Parameters: empty values
  Advisory: only Prefix and Suffix are empty in the sample.

  Background:
    Given a Campaign Manager version that offers the API

  Rule: A mandatory member holds something

    @FLD-PhoneNumber-value
    Scenario: PhoneNumber is not empty
      When a logged-in agent asks for the reserved contact
      Then PhoneNumber is empty in no contact

    @FLD-AccountNumber-value
    Scenario: AccountNumber is not empty
      When a logged-in agent asks for the reserved contact
      Then AccountNumber is empty in no contact

    @FLD-CampaignId-value
    Scenario: CampaignId is not empty
      When a logged-in agent asks for the reserved contact
      Then CampaignId is empty in no contact

    @FLD-Mode-value
    Scenario: Mode is not empty
      When a logged-in agent asks for the reserved contact
      Then Mode is empty in no contact

    @FLD-ContactID-value
    Scenario: ContactID is not empty
      When a logged-in agent asks for the reserved contact
      Then ContactID is empty in no contact

    @FLD-ExpiryTime-value
    Scenario: ExpiryTime is not empty
      When a logged-in agent asks for the reserved contact
      Then ExpiryTime is empty in no contact

    @FLD-CallbackTime-value
    Scenario: CallbackTime is not empty
      When a logged-in agent asks for the reserved contact
      Then CallbackTime is empty in no contact

    @FLD-CallType-value
    Scenario: CallType is not empty
      When a logged-in agent asks for the reserved contact
      Then CallType is empty in no contact

    @FLD-Queue-value
    Scenario: Queue is not empty
      When a logged-in agent asks for the reserved contact
      Then Queue is empty in no contact
