"""Until both reviewers have sealed, no byte that anybody else may fetch depends on what either of them did."""
