"""From people to users to places: nursery, kindergarten, school, elder care."""
