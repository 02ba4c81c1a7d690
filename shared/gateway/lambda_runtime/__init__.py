"""An ASGI application on AWS Lambda, its answers streamed.

The managed Python runtime collects a whole answer before it sends any of it. This package takes its place
(``AWS_LAMBDA_EXEC_WRAPPER`` starts ``infra/bootstrap-stream``, which runs ``python -m gateway.lambda_runtime``):

connection   HTTP/1.1 to the Runtime API over asyncio streams, chunked upload with trailers
api          the endpoints of the Runtime API and what it says about an invocation
events       API Gateway, function URL and load balancer events to ASGI scopes
answer       one invocation's ``receive`` and ``send``
lifespan     the application's start and end
loop         N pollers on one event loop
load         from the handler's name to the application; what went wrong while starting

Beyond ASGI's own keys a scope holds ``gateway.deadline`` (unix milliseconds after which Lambda kills the
environment; absent when the host names none), ``aws.event``, ``aws.request_id`` and ``aws.context``.

Protocol: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
Streaming: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming
"""
