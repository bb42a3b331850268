import { Body, Button, Html, Text } from '@react-email/components';

export const subject = 'Join {{ team }}';

export default function Invite({ team, link }: { team: string; link: string }) {
  return (
    <Html lang="en">
      <Body>
        <Text>You are invited to {team}.</Text>
        <Button href={link}>Accept</Button>
      </Body>
    </Html>
  );
}
