// The parts of the CDK that are used here.

export {
  App, type CfnElement, CfnOutput, CustomResource, Duration, FileSystem, RemovalPolicy, Stack, type StackProps, Token,
  Validations,
} from "aws-cdk-lib";
export * as acm from "aws-cdk-lib/aws-certificatemanager";
export * as apigateway from "aws-cdk-lib/aws-apigatewayv2";
export * as cloudfront from "aws-cdk-lib/aws-cloudfront";
export * as cognito from "aws-cdk-lib/aws-cognito";
export * as origins from "aws-cdk-lib/aws-cloudfront-origins";
export * as dynamodb from "aws-cdk-lib/aws-dynamodb";
export * as ec2 from "aws-cdk-lib/aws-ec2";
export * as events from "aws-cdk-lib/aws-events";
export * as iam from "aws-cdk-lib/aws-iam";
export * as integrations from "aws-cdk-lib/aws-apigatewayv2-integrations";
export * as lambda from "aws-cdk-lib/aws-lambda";
export * as destinations from "aws-cdk-lib/aws-lambda-destinations";
export * as sources from "aws-cdk-lib/aws-lambda-event-sources";
export * as logs from "aws-cdk-lib/aws-logs";
export * as opensearch from "aws-cdk-lib/aws-opensearchservice";
export * as route53 from "aws-cdk-lib/aws-route53";
export * as targets53 from "aws-cdk-lib/aws-route53-targets";
export * as s3 from "aws-cdk-lib/aws-s3";
export * as schedule from "aws-cdk-lib/aws-scheduler";
export * as secrets from "aws-cdk-lib/aws-secretsmanager";
export * as targets from "aws-cdk-lib/aws-events-targets";
export * as scheduleTargets from "aws-cdk-lib/aws-scheduler-targets";
export * as sns from "aws-cdk-lib/aws-sns";
export * as sqs from "aws-cdk-lib/aws-sqs";
export * as subscriptions from "aws-cdk-lib/aws-sns-subscriptions";
