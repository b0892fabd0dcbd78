"""HTTP: routes, who may call them, limits, lists, problems and the OpenAPI document."""
