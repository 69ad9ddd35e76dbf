using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Http;
using Microsoft.AspNetCore.Http;

namespace Maily.Deploy.Sandbox.Aws;

/// <summary>Secrets Manager, in the JSON 1.1 protocol: the operations that change secrets, and the gate to all.</summary>
sealed class AwsSecretsManager(AwsStandInOptions options, AwsGate gate, AwsState state)
{
    public const string TargetPrefix = "secretsmanager.";
    const string Current = "AWSCURRENT";
    const string Previous = "AWSPREVIOUS";
    const int MaxBytes = 65_536;

    readonly Lock changing = new();
    readonly AwsSecretReads reads = new(state);

    public AwsAnswer Answer(HttpRequest request, byte[] body)
    {
        var caller = gate.Admit(request, body, "secretsmanager");
        if (caller.Key is null)
            return AwsAnswer.JsonError(AwsAnswer.JsonCodeOf(caller), AwsAnswer.MessageOf(caller));
        if (Json.ParseObject(System.Text.Encoding.UTF8.GetString(body)) is not { } input)
            return AwsAnswer.JsonError("SerializationException", "The request body is not a JSON object");
        var operation = request.Headers["X-Amz-Target"].ToString()[TargetPrefix.Length..];
        lock (changing)
            return Run(operation, input, caller.Key);
    }

    /// <summary>Makes a secret that exists from the start.</summary>
    public void Seed(string name, string text, AwsKey owner) =>
        Create(new JsonObject { ["Name"] = name, ["SecretString"] = text }, owner);

    AwsAnswer Run(string operation, JsonObject input, AwsKey caller) => operation switch
    {
        "CreateSecret" => Create(input, caller),
        "PutSecretValue" => reads.On(input, secret => Put(secret, input)),
        "DeleteSecret" => reads.On(input, secret => Delete(secret, input), evenDeleted: true),
        "RestoreSecret" => reads.On(input, Restore, evenDeleted: true),
        _ => reads.Answer(operation, input)
            ?? AwsAnswer.JsonError("UnknownOperationException", $"The operation {operation} is not known"),
    };

    AwsAnswer Create(JsonObject input, AwsKey caller)
    {
        if (input.Text("Name") is not { Length: > 0 } name)
            return AwsAnswer.JsonError("ValidationException", "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null");
        if (name.Any(letter => !char.IsAsciiLetterOrDigit(letter) && !"/_+=.@-".Contains(letter, StringComparison.Ordinal)))
            return AwsAnswer.JsonError("ValidationException", "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!");
        if (state.Find(name) is { } known)
        {
            return known.DeletedAt is null
                ? AwsAnswer.JsonError("ResourceExistsException", $"The operation failed because the secret {name} already exists.")
                : AwsAnswer.JsonError("InvalidRequestException", $"You can't create this secret because a secret with this name is already scheduled for deletion.");
        }

        var secret = new AwsSecret
        {
            Name = name,
            Arn = $"arn:aws:secretsmanager:{options.Region}:{caller.Account}:secret:{name}-{RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 6)}",
            Description = input.Text("Description"),
            CreatedAt = options.Time.GetUtcNow(),
        };
        return HasContent(input) ? Put(secret, input) : Keep(secret, null);
    }

    AwsAnswer Put(AwsSecret secret, JsonObject input)
    {
        if (!HasContent(input))
            return AwsAnswer.JsonError("InvalidParameterException", "You must provide either SecretString or SecretBinary.");
        if (input.Text("SecretString") is { } text && System.Text.Encoding.UTF8.GetByteCount(text) > MaxBytes)
            return AwsAnswer.JsonError("ValidationException", "Secret value is longer than 65536 bytes");
        var version = new AwsSecretVersion
        {
            Id = input.Text("ClientRequestToken") ?? Guid.NewGuid().ToString(),
            Text = input.Text("SecretString"),
            Binary = input.Text("SecretBinary"),
            Stages = Stages(input),
            CreatedAt = options.Time.GetUtcNow(),
        };
        if (secret.Versions.Find(old => old.Id == version.Id) is not { } same)
            return Keep(secret with { Versions = [.. secret.Versions.Select(old => Yield(old, version.Stages)), version] }, version);
        return same.HasContentOf(version)
            ? Describe(secret, same)
            : AwsAnswer.JsonError("ResourceExistsException", "You can't use ClientRequestToken " + version.Id + " because that value is already in use for a version of this secret.");
    }

    static ImmutableHashSet<string> Stages(JsonObject input) =>
        input["VersionStages"] is JsonArray { Count: > 0 } stages ? [.. stages.Select(stage => stage!.ToString())] : [Current];

    /// <summary>A stage is on one version at a time, and the one that was current becomes the previous one.</summary>
    static AwsSecretVersion Yield(AwsSecretVersion old, ImmutableHashSet<string> taken)
    {
        if (!taken.Contains(Current))
            return old with { Stages = old.Stages.Except(taken) };
        var left = old.Stages.Except(taken).Remove(Previous);
        return old with { Stages = old.Stages.Contains(Current) ? left.Add(Previous) : left };
    }

    AwsAnswer Delete(AwsSecret secret, JsonObject input)
    {
        var now = options.Time.GetUtcNow();
        if (input.Flag("ForceDeleteWithoutRecovery") == true)
            state.Remove(secret);
        else
            state.Set(secret with { DeletedAt = now.AddDays(30) });
        var body = AwsSecretReads.Names(secret);
        body["DeletionDate"] = AwsSecretReads.Seconds(input.Flag("ForceDeleteWithoutRecovery") == true ? now : now.AddDays(30));
        return AwsAnswer.Json(body);
    }

    AwsAnswer Restore(AwsSecret secret)
    {
        state.Set(secret with { DeletedAt = null });
        return AwsAnswer.Json(AwsSecretReads.Names(secret));
    }

    AwsAnswer Keep(AwsSecret secret, AwsSecretVersion? version)
    {
        state.Set(secret);
        return Describe(secret, version);
    }

    static AwsAnswer Describe(AwsSecret secret, AwsSecretVersion? version)
    {
        var body = AwsSecretReads.Names(secret);
        if (version is not null)
        {
            body["VersionId"] = version.Id;
            body["VersionStages"] = new JsonArray([.. version.Stages.Select(stage => (JsonNode)stage)]);
        }

        return AwsAnswer.Json(body);
    }

    static bool HasContent(JsonObject input) => input.Text("SecretString") is not null || input.Text("SecretBinary") is not null;
}
