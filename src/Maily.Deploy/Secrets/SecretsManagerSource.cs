using System.Collections.Immutable;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;
using Maily.Deploy.Aws;
using Maily.Deploy.Validation;

namespace Maily.Deploy.Secrets;

/// <summary>
/// AWS Secrets Manager: one secret, <c>maily/&lt;environment&gt;</c> (or <c>MAILY_SECRET_ID</c>), a JSON object of names and
/// values. Asked only when stronger sources hold well-formed AWS keys and a region, and miss a needed name.
/// </summary>
public sealed class SecretsManagerSource : IVariableSource
{
    static readonly ImmutableArray<VariableRule> Rules =
        [.. VariableRules.All.Where(rule => rule.Name is "AWS_ACCESS_KEY_ID" or "AWS_SECRET_ACCESS_KEY" or "AWS_REGION")];

    /// <inheritdoc/>
    public async Task<ImmutableArray<Variable>> ReadAsync(VariableRequest request, CancellationToken cancellation)
    {
        if (!request.Missing.Any() || !Rules.All(rule => request.Stronger.Find(rule.Name) is { } value && rule.HasForm(value)))
            return [];
        var id = request.Stronger.Find("MAILY_SECRET_ID") ?? $"maily/{request.Environment}";
        var text = await GetAsync(AwsSettings.From(request.Stronger), id, cancellation);
        return text is null ? [] : Parse(id, text);
    }

    static async Task<string?> GetAsync(AwsSettings settings, string id, CancellationToken cancellation)
    {
        using var client = new AmazonSecretsManagerClient(settings.Credentials(), settings.Configure(new AmazonSecretsManagerConfig()));
        try
        {
            var answer = await client.GetSecretValueAsync(new GetSecretValueRequest { SecretId = id }, cancellation);
            return answer.SecretString ?? throw new UnreadableSecretException(id, "is binary");
        }
        catch (ResourceNotFoundException)
        {
            // Without such a secret the source has nothing; which variables are missing is told by their checks.
            return null;
        }
        catch (Exception refused) when (refused is AmazonServiceException or AmazonClientException or HttpRequestException)
        {
            throw AwsRefusedException.Of("Secrets Manager", $"GetSecretValue of {id}", refused, "Check the AWS keys, AWS_REGION and their right secretsmanager:GetSecretValue, or set the missing variables elsewhere.");
        }
    }

    /// <summary>The variables in a secret's text.</summary>
    internal static ImmutableArray<Variable> Parse(string id, string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind == JsonValueKind.Object
                ? [.. json.RootElement.EnumerateObject().Select(pair => new Variable(pair.Name, ValueOf(pair, id), $"AWS secret {id}"))]
                : throw new UnreadableSecretException(id, "is no JSON object");
        }
        catch (JsonException)
        {
            throw new UnreadableSecretException(id, "is no JSON");
        }
    }

    static string ValueOf(JsonProperty pair, string id) => pair.Value.ValueKind switch
    {
        JsonValueKind.String => pair.Value.GetString() ?? "",
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => pair.Value.GetRawText(),
        _ => throw new UnreadableSecretException(id, $"holds something else than a text under {pair.Name}"),
    };
}

/// <summary>The secret exists, but does not have the form that is read.</summary>
public sealed class UnreadableSecretException(string id, string fact)
    : DeployException($"The AWS secret {id} {fact}.", "Store one JSON object in it, of variable names and texts.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
