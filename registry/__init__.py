"""Who and where: areas, groups, people, units, rosters."""
