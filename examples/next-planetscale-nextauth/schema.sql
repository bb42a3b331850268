CREATE TABLE users (
  id char(36) PRIMARY KEY,
  email varchar(255) NOT NULL UNIQUE,
  name varchar(255) NOT NULL,
  password_hash varchar(255) NOT NULL,
  activation_link varchar(255) NOT NULL,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  KEY (created_at)
);

CREATE TABLE projects (
  id char(36) PRIMARY KEY,
  user_id char(36) NOT NULL,
  name varchar(255) NOT NULL,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  KEY (user_id)
);

-- What somebody has done for the first time; the loop waits for a row of it.
CREATE TABLE user_actions (
  id bigint AUTO_INCREMENT PRIMARY KEY,
  user_id char(36) NOT NULL,
  action_type varchar(64) NOT NULL,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  UNIQUE KEY (user_id, action_type)
);
