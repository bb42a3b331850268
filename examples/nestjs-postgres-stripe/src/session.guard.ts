import {
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  UnauthorizedException,
} from '@nestjs/common';
import { type User, Users } from './users.ts';

interface SignedInRequest {
  headers: { authorization?: string };
  user?: User;
}

const requestOf = (context: ExecutionContext) => context.switchToHttp().getRequest<SignedInRequest>();

/** Lets in whoever shows the token of an account. */
@Injectable()
export class SessionGuard implements CanActivate {
  constructor(private readonly users: Users) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = requestOf(context);
    const token = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
    request.user = await this.users.arrive(token);
    if (request.user === undefined) throw new UnauthorizedException();
    return true;
  }
}

export const CurrentUser = createParamDecorator(
  (_: unknown, context: ExecutionContext) => requestOf(context).user,
);
