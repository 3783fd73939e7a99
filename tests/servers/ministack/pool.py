"""How a user pool of Cognito takes over whom it does not have, when they sign in: MiniStack asks nobody about them."""

from ministack.services import cognito, lambda_svc

from mending import mended

# What Cognito asks a function that migrates users, as its guide has it.
MIGRATED = ["userAttributes", "forceAliasCreation", "enableSMSMFA", "finalUserStatus", "messageAction", "desiredDeliveryMediums"]


def install():
    mended(cognito, "_admin_initiate_auth", ["data"])(migrating)


def migrating(original, data):
    """Cognito asks the pool's function about who signs in with a password and is not in the pool, and takes over whom
    it knows. Here nobody is asked."""
    pool = cognito._user_pools.get(data.get("UserPoolId")) or {}
    asked = data.get("AuthParameters") or {}
    name, password = asked.get("USERNAME"), asked.get("PASSWORD")
    function = (pool.get("LambdaConfig") or {}).get("UserMigration")
    by_password = data.get("AuthFlow") == "ADMIN_USER_PASSWORD_AUTH"
    if function and by_password and name and cognito._resolve_user(pool, name)[1]:
        event = {
            "version": "1",
            "triggerSource": "UserMigration_Authentication",
            "region": cognito._pool_region(pool["Id"]),
            "userPoolId": pool["Id"],
            "userName": name,
            "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": data.get("ClientId")},
            "request": {"password": password, "validationData": None, "clientMetadata": None},
            "response": dict.fromkeys(MIGRATED),
        }
        record, config, _ = lambda_svc._get_func_record_for_ref(function)
        told = lambda_svc._execute_function_with_config_scope(lambda_svc._execution_record_for_config(record, config), event)
        answer = (cognito._extract_trigger_response(told.get("body")) or {}) if not told.get("error") else {}
        if answer.get("userAttributes") and answer.get("finalUserStatus") == "CONFIRMED":
            attributes = [{"Name": name, "Value": value} for name, value in answer["userAttributes"].items()]
            cognito._admin_create_user(
                {"UserPoolId": pool["Id"], "Username": name, "MessageAction": "SUPPRESS", "UserAttributes": attributes}
            )
            cognito._admin_set_user_password(
                {"UserPoolId": pool["Id"], "Username": name, "Password": password, "Permanent": True}
            )
    return original(data)
