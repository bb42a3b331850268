"""An app to sign up to, whose key action is the first project somebody creates through its API."""

import asyncio
import hashlib
import os
import secrets
from collections.abc import Iterator
from uuid import UUID, uuid4

import psycopg
from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from psycopg.errors import UniqueViolation
from psycopg.rows import dict_row
from pydantic import BaseModel
from starlette.datastructures import Headers
from starlette.types import Scope

from skene import track
from skene_gate import GateMiddleware

DATABASE_URL = os.environ["DATABASE_URL"]
APP_URL = os.environ.get("APP_URL", "http://127.0.0.1:8000")

app = FastAPI(title="Projects")


async def gate_subject(scope: Scope) -> str | None:
    """Whose API key came with a request, for the gate; who has none is turned away by the endpoint."""
    scheme, _, api_key = Headers(scope=scope).get("authorization", "").partition(" ")
    return await asyncio.to_thread(user_with_key, api_key) if scheme.lower() == "bearer" else None


app.add_middleware(GateMiddleware, subject=gate_subject, prefix="/reports/")


class SignUp(BaseModel):
    email: str
    name: str


class NewProject(BaseModel):
    name: str


def database() -> Iterator[psycopg.Connection]:
    """A connection for one request. Each `with db.transaction()` commits before the answer is sent."""
    with psycopg.connect(DATABASE_URL, autocommit=True, row_factory=dict_row) as connection:
        yield connection


def user_with_key(api_key: str) -> str | None:
    with psycopg.connect(DATABASE_URL, autocommit=True) as db:
        user = db.execute("SELECT id FROM users WHERE api_key_hash = %s", [hash_key(api_key)]).fetchone()
        return None if user is None else str(user[0])


def current_user(
    credentials: HTTPAuthorizationCredentials = Depends(HTTPBearer()),
    db: psycopg.Connection = Depends(database),
) -> UUID:
    """The id of the user whose API key came with the request."""
    user = db.execute(
        "SELECT id FROM users WHERE api_key_hash = %s", [hash_key(credentials.credentials)]
    ).fetchone()
    if user is None:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "This API key is not known.")
    return user["id"]


def hash_key(api_key: str) -> bytes:
    return hashlib.sha256(api_key.encode()).digest()


@app.post("/signup", status_code=status.HTTP_201_CREATED)
def sign_up(body: SignUp, db: psycopg.Connection = Depends(database)) -> dict[str, str]:
    """Makes an account. Skene's trigger on `users` sees the row in the same transaction."""
    user_id, api_key = uuid4(), secrets.token_urlsafe(24)
    try:
        db.execute(
            "INSERT INTO users (id, email, name, api_key_hash, activation_link) VALUES (%s, %s, %s, %s, %s)",
            [user_id, body.email, body.name, hash_key(api_key), f"{APP_URL}/docs"],
        )
    except UniqueViolation:
        raise HTTPException(status.HTTP_409_CONFLICT, "This address has an account.") from None
    return {"id": str(user_id), "api_key": api_key}


@app.post("/projects", status_code=status.HTTP_201_CREATED)
def create_project(
    body: NewProject,
    background: BackgroundTasks,
    user_id: UUID = Depends(current_user),
    db: psycopg.Connection = Depends(database),
) -> dict[str, str]:
    """Creates a project. The first one is the key action, which the loop finds in `user_actions`."""
    project_id = uuid4()
    with db.transaction():
        db.execute(
            "INSERT INTO projects (id, user_id, name) VALUES (%s, %s, %s)",
            [project_id, user_id, body.name],
        )
        db.execute(
            "INSERT INTO user_actions (user_id, action_type) VALUES (%s, 'first_project_created')"
            " ON CONFLICT DO NOTHING",
            [user_id],
        )
    background.add_task(
        track, "project.created", subject=str(user_id), event_id=str(project_id), data={"name": body.name}
    )
    return {"id": str(project_id)}


@app.post("/reports/{kind}", status_code=status.HTTP_201_CREATED)
def make_report(kind: str, user_id: UUID = Depends(current_user)) -> dict[str, str]:
    """Makes a report. Where a loop limits them, as `limits/` does, the gate counts those that were made."""
    if kind == "broken":
        raise RuntimeError("This report cannot be made.")
    return {"kind": kind, "user": str(user_id)}
