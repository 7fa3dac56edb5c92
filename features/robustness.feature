Feature: Robustness
  Bad input does no lasting harm: a valid request is still answered. Asked last; never decides the verdict.

  Background:
    Given a Campaign Manager version that offers the API

  Rule: Bad input does no lasting harm

    @ROB-1
    Scenario: Frames that are not JSON
      When a frame arrives that is not JSON
      Then a valid request is still answered

    @ROB-2
    Scenario: JSON of the wrong shape
      When a frame arrives whose JSON value or whose members are of the wrong type
      Then a valid request is still answered

    @ROB-3
    Scenario: Members that are documented nowhere
      When a request arrives with members that are documented nowhere
      Then a valid request is still answered

    @ROB-4
    Scenario: Very large requests
      When a request of 1 MiB or a UserID of 64 KiB arrives
      Then a valid request is still answered

    @ROB-7
    Scenario: Binary frames
      When a binary frame arrives
      Then a valid request is still answered

  Rule: A hostile UserID gains nothing

    @ROB-5
    Scenario: A hostile UserID is handed no contact and shows up nowhere else
      When a UserID arrives that is made of quotes, code, control characters or other scripts
      Then no contact is handed out for it and no other session sees it

    @ROB-5
    Scenario: After a hostile UserID a valid request is still answered
      When a UserID arrives that is made of quotes, code, control characters or other scripts
      Then a valid request is still answered

  Rule: A burst is answered

    @ROB-6
    Scenario: Every request of a burst is answered
      When 100 requests arrive in one burst
      Then every request of the burst is answered or refused, none with another agent's contact

    @ROB-6
    Scenario: After a burst a valid request is still answered
      When 100 requests arrive in one burst
      Then a valid request is still answered
