CREATE TABLE users (
  id varchar(64) PRIMARY KEY,
  email varchar(255) NOT NULL,
  name varchar(255) NOT NULL,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
);

-- Where Skene writes down what is used and who subscribes, for you to read. Tables of your own do as well: name them and their columns under
-- `usage` and `subscriptions` of defineConfig; they need the same primary key, or a unique index on it.

CREATE TABLE IF NOT EXISTS `usage` (
  `user_id` varchar(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `feature` varchar(160) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `period_start` datetime(3) NOT NULL,
  `period_end` datetime(3) NOT NULL,
  `used` bigint NOT NULL,
  `version` bigint NOT NULL,
  `updated_at` datetime(3) NOT NULL,
  KEY `usage_period_end` (`period_end`),
  PRIMARY KEY (`user_id`, `feature`, `period_start`)
);

CREATE TABLE IF NOT EXISTS `subscriptions` (
  `customer_id` varchar(160) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `user_id` varchar(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `plan` varchar(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `status` varchar(160) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `current_period_start` datetime(3) NOT NULL,
  `current_period_end` datetime(3) NOT NULL,
  `version` bigint NOT NULL,
  `updated_at` datetime(3) NOT NULL,
  KEY `subscriptions_user_id` (`user_id`),
  PRIMARY KEY (`customer_id`)
);
