/**
 * What the driver calls, as IAM names it; the policy of this package's README allows the same, and a test holds both against
 * the calls that were made.
 */
export const neededActions = [
  "ecs:CreateService",
  "ecs:DeleteService",
  "ecs:DeleteTaskDefinitions",
  "ecs:DeregisterTaskDefinition",
  "ecs:DescribeClusters",
  "ecs:DescribeServices",
  "ecs:DescribeTaskDefinition",
  "ecs:DescribeTasks",
  "ecs:ExecuteCommand",
  "ecs:ListTaskDefinitionFamilies",
  "ecs:ListTaskDefinitions",
  "ecs:ListTasks",
  "ecs:RegisterTaskDefinition",
  "ecs:RunTask",
  "ecs:StopTask",
  "ecs:TagResource",
  "ecs:UpdateService",
  "logs:CreateLogGroup",
  "logs:CreateLogStream",
  "logs:DeleteLogStream",
  "logs:DescribeLogStreams",
  "logs:GetLogEvents",
  "logs:PutLogEvents",
  "logs:PutRetentionPolicy",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSecurityGroups",
  "ec2:DescribeSubnets",
  "iam:GetRole",
  "iam:PassRole",
  "iam:SimulatePrincipalPolicy",
] as const;

/** What a task's own role needs where commands may be run in it (developerguide, "ECS Exec", task role). */
export const commandActions = [
  "ssmmessages:CreateControlChannel",
  "ssmmessages:CreateDataChannel",
  "ssmmessages:OpenControlChannel",
  "ssmmessages:OpenDataChannel",
] as const;
