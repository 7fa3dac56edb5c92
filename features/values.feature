Feature: What the values name
  Dates, times and the kind of call, as the descriptions of Response Parameters say.

  Background:
    Given a Campaign Manager version that offers the API

  Rule: ExpiryTime is the contact expiry date and time

    @FMT-ExpiryTime
    Scenario: ExpiryTime names a real date with a time of day
      When a logged-in agent asks for the reserved contact
      Then every ExpiryTime names a real date with a time of day

    @FMT-sample
    Scenario: ExpiryTime is written as in the sample
      When a logged-in agent asks for the reserved contact
      Then every ExpiryTime is written as in the sample

  Rule: CallbackTime is the callback time

    @FMT-CallbackTime
    Scenario: CallbackTime names a real time, or is empty
      When a logged-in agent asks for the reserved contact
      Then every CallbackTime names a real date-time or time of day, or is empty

    @FMT-sample
    Scenario: CallbackTime is written as in the sample
      When a logged-in agent asks for the reserved contact
      Then every CallbackTime is written as in the sample

  Rule: CallType is regular, regular callback, or personal callback

    @FMT-CallType
    Scenario: CallType names a documented kind of call
      When a logged-in agent asks for the reserved contact
      Then every CallType is regular, regular callback or personal callback
