//! Single writes.

use std::error::Error;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::RequestId;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::error::ConditionalCheckFailedException;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use store::table::{Item, TableError, Write};

use crate::client::done_once;
use crate::codec;
use crate::error::failed;
use crate::expressions::Expressions;
use crate::refusal::Refusal;

const OLD: ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure::AllOld;

/// Writes one item and gives it as it is now.
///
/// # Errors
/// As the port's `write`.
pub async fn write(client: &Client, table: &str, write: Write) -> Result<Option<Item>, TableError> {
    let Expressions { update, condition, names, values } = Expressions::of(&write);
    match &write {
        Write::Put(item, _) => {
            let call = client
                .put_item()
                .table_name(table)
                .set_item(Some(codec::encode_item(item)))
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(OLD);
            match call.customize().config_override(done_once()).send().await {
                Ok(_) => Ok(Some(item.clone())),
                Err(error) => Err(refused(table, &write, error)),
            }
        }
        Write::Update(key, ..) => {
            let call = client
                .update_item()
                .table_name(table)
                .set_key(Some(codec::encode_key(key)))
                .set_update_expression(update)
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values(ReturnValue::AllNew)
                .return_values_on_condition_check_failure(OLD);
            match call.customize().config_override(done_once()).send().await {
                Ok(answer) => Ok(answer.attributes.map(codec::decode_item).transpose()?),
                Err(error) => Err(refused(table, &write, error)),
            }
        }
        Write::Delete(key, _) => {
            let call = client
                .delete_item()
                .table_name(table)
                .set_key(Some(codec::encode_key(key)))
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(OLD);
            match call.customize().config_override(done_once()).send().await {
                Ok(_) => Ok(None),
                Err(error) => Err(refused(table, &write, error)),
            }
        }
        // `limits` lets none stand alone.
        Write::Check(..) => Ok(None),
    }
}

/// An error that may say that a condition failed.
trait MayFailCondition: ProvideErrorMetadata + RequestId + Error + Send + Sync + 'static {
    fn failed_condition(&self) -> Option<&ConditionalCheckFailedException>;
}

macro_rules! may_fail_condition {
    ($($error:ident),+) => {
        $(impl MayFailCondition for $error {
            fn failed_condition(&self) -> Option<&ConditionalCheckFailedException> {
                match self {
                    $error::ConditionalCheckFailedException(failed) => Some(failed),
                    _ => None,
                }
            }
        })+
    };
}

may_fail_condition!(PutItemError, UpdateItemError, DeleteItemError);

fn refused(table: &str, write: &Write, error: SdkError<impl MayFailCondition>) -> TableError {
    if let SdkError::ServiceError(service) = &error
        && let Some(failed) = service.err().failed_condition()
    {
        return match Refusal::of(write, failed.item.clone()) {
            Ok(refusal) => refusal.alone(),
            Err(fault) => fault.into(),
        };
    }
    failed(table, error)
}
