/** Programs that the page about the API shows; they are the same in every language. */

export const VERIFY = `import base64, hashlib, hmac

def is_genuine(secret: str, headers: dict, body: bytes) -> bool:
    head = headers["webhook-id"] + "." + headers["webhook-timestamp"] + "."
    key = base64.b64decode(secret.removeprefix("whsec_"))
    right = hmac.new(key, head.encode() + body, hashlib.sha256).digest()
    expected = "v1," + base64.b64encode(right).decode()
    given = headers["webhook-signature"].split(" ")
    return any(hmac.compare_digest(expected, each) for each in given)`;

export const GENERATE = (origin: string) => `pip install openapi-python-client
openapi-python-client generate --url ${origin}/openapi.json`;

export const SQL = (tenant: string) => `laurels db login analyst --tenant ${tenant} --role bi`;
