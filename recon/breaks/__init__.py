"""What was open yesterday and what is found today: identity, age and life of a break."""
