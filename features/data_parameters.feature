Feature: Data Parameters
  UserID, a String, is mandatory.

  Background:
    Given a Campaign Manager version that offers the API

  Rule: UserID is mandatory

    @REQ-5
    Scenario: Without UserID no contact is handed out
      When the request has no UserID
      Then no contact is handed out

    @REQ-5
    Scenario: With null for UserID no contact is handed out
      When the UserID is null
      Then no contact is handed out

    @REQ-5
    Scenario: With an empty UserID no contact is handed out
      When the UserID is empty
      Then no contact is handed out

    @OBS-no-userid
    Scenario: How the endpoint says that UserID is missing
      When the request has no UserID
      Then what the endpoint does is recorded

  Rule: UserID is a String

    @REQ-6
    Scenario: With a UserID that is no String no contact is handed out
      When the UserID is a Number, a Boolean, an Array or an Object
      Then no contact is handed out
