// The parts of the CDK that are used here.

export { App, type CfnElement, CfnOutput, Duration, RemovalPolicy, Stack, type StackProps, Token, Validations } from "aws-cdk-lib";
export * as apigateway from "aws-cdk-lib/aws-apigatewayv2";
export * as dynamodb from "aws-cdk-lib/aws-dynamodb";
export * as events from "aws-cdk-lib/aws-events";
export * as iam from "aws-cdk-lib/aws-iam";
export * as integrations from "aws-cdk-lib/aws-apigatewayv2-integrations";
export * as lambda from "aws-cdk-lib/aws-lambda";
export * as destinations from "aws-cdk-lib/aws-lambda-destinations";
export * as sources from "aws-cdk-lib/aws-lambda-event-sources";
export * as logs from "aws-cdk-lib/aws-logs";
export * as s3 from "aws-cdk-lib/aws-s3";
export * as schedule from "aws-cdk-lib/aws-scheduler";
export * as targets from "aws-cdk-lib/aws-events-targets";
export * as scheduleTargets from "aws-cdk-lib/aws-scheduler-targets";
export * as sqs from "aws-cdk-lib/aws-sqs";
