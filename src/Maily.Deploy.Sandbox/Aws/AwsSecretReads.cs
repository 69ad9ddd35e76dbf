using System.Globalization;
using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Http;

namespace Maily.Deploy.Sandbox.Aws;

/// <summary>The operations of Secrets Manager that change nothing.</summary>
sealed class AwsSecretReads(AwsState state)
{
    const string NotFound = "Secrets Manager can't find the specified secret.";
    const int MaxBatch = 20;
    const int DefaultPage = 100;

    /// <summary>The answer; <see langword="null"/> where the operation is not a reading one.</summary>
    public AwsAnswer? Answer(string operation, JsonObject input) => operation switch
    {
        "GetSecretValue" => On(input, secret => Value(secret, input)),
        "DescribeSecret" => On(input, secret => AwsAnswer.Json(Description(secret)), evenDeleted: true),
        "BatchGetSecretValue" => Batch(input),
        "ListSecrets" => List(input),
        _ => null,
    };

    /// <summary>Runs on the secret that the request names, and refuses where there is none or it is marked for deletion.</summary>
    public AwsAnswer On(JsonObject input, Func<AwsSecret, AwsAnswer> run, bool evenDeleted = false)
    {
        if (input.Text("SecretId") is not { Length: > 0 } id)
            return AwsAnswer.JsonError("ValidationException", "1 validation error detected: Value null at 'secretId' failed to satisfy constraint: Member must not be null");
        if (state.Find(id) is not { } secret)
            return AwsAnswer.JsonError("ResourceNotFoundException", NotFound);
        return secret.DeletedAt is null || evenDeleted
            ? run(secret)
            : AwsAnswer.JsonError("InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion.");
    }

    public static JsonObject Names(AwsSecret secret) => new() { ["ARN"] = secret.Arn, ["Name"] = secret.Name };

    /// <summary>Epoch seconds with a fraction, as the protocol wants times.</summary>
    public static double Seconds(DateTimeOffset at) => at.ToUnixTimeMilliseconds() / 1000.0;

    static AwsAnswer Value(AwsSecret secret, JsonObject input)
    {
        var (id, stage) = (input.Text("VersionId"), input.Text("VersionStage"));
        var version = secret.Versions.Find(v => (id is null || v.Id == id) && (id is not null && stage is null || v.Stages.Contains(stage ?? "AWSCURRENT")));
        if (version is not null)
            return AwsAnswer.Json(Render(secret, version));
        var sought = id is null ? $"staging label: {stage ?? "AWSCURRENT"}" : $"VersionId: {id}";
        return AwsAnswer.JsonError("ResourceNotFoundException", $"Secrets Manager can't find the specified secret value for {sought}");
    }

    static JsonObject Render(AwsSecret secret, AwsSecretVersion version)
    {
        var body = Names(secret);
        body["VersionId"] = version.Id;
        body["VersionStages"] = new JsonArray([.. version.Stages.Select(stage => (JsonNode)stage)]);
        body["CreatedDate"] = Seconds(version.CreatedAt);
        if (version.Text is { } text)
            body["SecretString"] = text;
        else
            body["SecretBinary"] = version.Binary;
        return body;
    }

    /// <summary>What cannot be read is listed beside what can, with HTTP 200.</summary>
    AwsAnswer Batch(JsonObject input)
    {
        if (input["SecretIdList"] is not JsonArray { Count: > 0 } ids)
            return AwsAnswer.JsonError("InvalidParameterException", "You must provide either SecretIdList or Filters.");
        if (ids.Count > MaxBatch)
            return AwsAnswer.JsonError("ValidationException", "1 validation error detected: Value at 'secretIdList' failed to satisfy constraint: Member must have length less than or equal to 20");
        var (values, errors) = (new JsonArray(), new JsonArray());
        foreach (var id in ids.Select(id => id!.ToString()))
        {
            var answer = On(new JsonObject { ["SecretId"] = id }, secret => Value(secret, []));
            if (answer.ErrorType is { } code)
                errors.Add(new JsonObject { ["SecretId"] = id, ["ErrorCode"] = code, ["Message"] = Json.ParseObject(answer.Body).Text("Message") });
            else
                values.Add(JsonNode.Parse(answer.Body));
        }

        return AwsAnswer.Json(new JsonObject { ["SecretValues"] = values, ["Errors"] = errors });
    }

    AwsAnswer List(JsonObject input)
    {
        var size = input["MaxResults"] is JsonValue max && max.TryGetValue(out int wanted) ? wanted : DefaultPage;
        var start = int.TryParse(input.Text("NextToken"), CultureInfo.InvariantCulture, out var token) ? token : 0;
        var all = state.Secrets.Where(secret => secret.DeletedAt is null || input.Flag("IncludePlannedDeletion") == true).ToList();
        var body = new JsonObject
        {
            ["SecretList"] = new JsonArray([.. all.Skip(start).Take(size).Select(secret => (JsonNode)Description(secret, "SecretVersionsToStages"))]),
        };
        if (start + size < all.Count)
            body["NextToken"] = (start + size).ToString(CultureInfo.InvariantCulture);
        return AwsAnswer.Json(body);
    }

    static JsonObject Description(AwsSecret secret, string versions = "VersionIdsToStages")
    {
        var body = Names(secret);
        body["CreatedDate"] = Seconds(secret.CreatedAt);
        body["LastChangedDate"] = Seconds(secret.Versions.IsEmpty ? secret.CreatedAt : secret.Versions[^1].CreatedAt);
        body[versions] = new JsonObject(secret.Versions.Where(version => !version.Stages.IsEmpty).Select(version =>
            KeyValuePair.Create(version.Id, (JsonNode?)new JsonArray([.. version.Stages.Select(stage => (JsonNode)stage)]))));
        if (secret.Description is { } description)
            body["Description"] = description;
        if (secret.DeletedAt is { } deleted)
            body["DeletedDate"] = Seconds(deleted);
        return body;
    }
}
