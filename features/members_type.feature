Feature: Response Parameters: data types
  Each member has the type that the table, or the sample, gives it.

  Background:
    Given a Campaign Manager version that offers the API

  Rule: Each member has its documented type

    @FLD-PhoneNumber-type
    Scenario: PhoneNumber is a String
      When a logged-in agent asks for the reserved contact
      Then PhoneNumber is a String in every contact

    @FLD-AccountNumber-type
    Scenario: AccountNumber is a String
      When a logged-in agent asks for the reserved contact
      Then AccountNumber is a String in every contact

    @FLD-CampaignId-type
    Scenario: CampaignId is a String
      When a logged-in agent asks for the reserved contact
      Then CampaignId is a String in every contact

    @FLD-Mode-type
    Scenario: Mode is a String
      When a logged-in agent asks for the reserved contact
      Then Mode is a String in every contact

    @FLD-ContactID-type
    Scenario: ContactID is a Number, or a String as in the sample
      When a logged-in agent asks for the reserved contact
      Then ContactID is a Number or a String in every contact

    @FLD-ExpiryTime-type
    Scenario: ExpiryTime is a String
      When a logged-in agent asks for the reserved contact
      Then ExpiryTime is a String in every contact

    @FLD-CallbackTime-type
    Scenario: CallbackTime is a String
      When a logged-in agent asks for the reserved contact
      Then CallbackTime is a String in every contact

    @FLD-CallType-type
    Scenario: CallType is a Number, or a String as in the sample
      When a logged-in agent asks for the reserved contact
      Then CallType is a Number or a String in every contact

    @FLD-Prefix-type
    Scenario: Prefix is a String
      When a logged-in agent asks for the reserved contact
      Then Prefix is a String in every contact

    @FLD-Suffix-type
    Scenario: Suffix is a String
      When a logged-in agent asks for the reserved contact
      Then Suffix is a String in every contact

    @FLD-Queue-type
    Scenario: Queue is a String
      When a logged-in agent asks for the reserved contact
      Then Queue is a String in every contact
