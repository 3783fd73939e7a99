//! Transactions.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{BuildError, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    CancellationReason, ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem, Update,
};
use store::table::{FailedCondition, TableError, Write};

use crate::codec;
use crate::error::{Fault, failed, unmade};
use crate::expressions::Expressions;
use crate::refusal::Refusal;

const OLD: ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure::AllOld;

/// Writes all or nothing. The client gives each call a token of its own, which its attempts share.
///
/// # Errors
/// As the port's `transact`.
pub async fn transact(client: &Client, table: &str, writes: &[Write]) -> Result<(), TableError> {
    let items = writes.iter().map(|write| told(table, write)).collect::<Result<Vec<_>, _>>();
    let call = client.transact_write_items().set_transact_items(Some(items.map_err(unmade)?));
    match call.send().await {
        Ok(_) => Ok(()),
        Err(error) => Err(refused(table, writes, error)),
    }
}

fn told(table: &str, write: &Write) -> Result<TransactWriteItem, BuildError> {
    let Expressions { update, condition, names, values } = Expressions::of(write);
    let item = TransactWriteItem::builder();
    let item = match write {
        Write::Put(new, _) => item.put(
            Put::builder()
                .table_name(table)
                .set_item(Some(codec::encode_item(new)))
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(OLD)
                .build()?,
        ),
        Write::Update(key, ..) => item.update(
            Update::builder()
                .table_name(table)
                .set_key(Some(codec::encode_key(key)))
                .set_update_expression(update)
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(OLD)
                .build()?,
        ),
        Write::Delete(key, _) => item.delete(
            Delete::builder()
                .table_name(table)
                .set_key(Some(codec::encode_key(key)))
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(OLD)
                .build()?,
        ),
        Write::Check(key, _) => item.condition_check(
            ConditionCheck::builder()
                .table_name(table)
                .set_key(Some(codec::encode_key(key)))
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(OLD)
                .build()?,
        ),
    };
    Ok(item.build())
}

fn refused(table: &str, writes: &[Write], error: SdkError<TransactWriteItemsError>) -> TableError {
    if let SdkError::ServiceError(service) = &error
        && let TransactWriteItemsError::TransactionCanceledException(canceled) = service.err()
    {
        let reasons = canceled.cancellation_reasons().to_vec();
        return why_canceled(writes, reasons).unwrap_or_else(TableError::from);
    }
    failed(table, error)
}

/// Why a transaction was canceled: one reason for each write, of which most are none. Nothing was written.
///
/// A conflict hides whether the conditions beside it hold, so it comes before those that are known to have
/// failed: a caller who tries again learns of all of them.
fn why_canceled(writes: &[Write], reasons: Vec<CancellationReason>) -> Result<TableError, Fault> {
    let with = |codes: &[&str]| {
        reasons.iter().find(|reason| reason.code().is_some_and(|code| codes.contains(&code)))
    };
    if let Some(reason) = with(&["ValidationError", "ItemCollectionSizeLimitExceeded"]) {
        return Ok(TableError::Invalid(reason.message().unwrap_or_default().to_owned()));
    }
    if with(&["TransactionConflict"]).is_some() {
        return Ok(TableError::Conflict);
    }
    if with(&["ConditionalCheckFailed"]).is_some() {
        return why_refused(writes, reasons);
    }
    if with(&["ThrottlingError", "ProvisionedThroughputExceeded"]).is_some() {
        return Ok(TableError::Unavailable);
    }
    let codes = reasons.iter().filter_map(|reason| reason.code()).filter(|code| *code != "None");
    Err(Fault::Canceled(codes.collect::<Vec<_>>().join(", ")))
}

/// Conditions come before changes that cannot be made, as if they were looked at first.
fn why_refused(writes: &[Write], reasons: Vec<CancellationReason>) -> Result<TableError, Fault> {
    let (mut conditions, mut invalid) = (vec![], None);
    for (number, (write, reason)) in writes.iter().zip(reasons).enumerate() {
        if reason.code() != Some("ConditionalCheckFailed") {
            continue;
        }
        match Refusal::of(write, reason.item)? {
            Refusal::Condition(item) => conditions.push(FailedCondition { write: number, item }),
            Refusal::Invalid(error) => invalid = invalid.or(Some(error)),
        }
    }
    Ok(invalid.filter(|_| conditions.is_empty()).unwrap_or(TableError::ConditionFailed(conditions)))
}
