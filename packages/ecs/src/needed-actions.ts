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
  "logs:PutRetentionPolicy",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSecurityGroups",
  "ec2:DescribeSubnets",
  "iam:GetRole",
  "iam:PassRole",
  "iam:SimulatePrincipalPolicy",
] as const;
