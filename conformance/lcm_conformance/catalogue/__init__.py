"""What is judged and what is asked, as data: clauses, probes, requests, and the scenarios as written."""
