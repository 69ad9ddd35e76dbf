using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Maily.Deploy.Contracts;

/// <summary>
/// What one service or the frontend asks of the database: its statements and PostgREST requests, with sample values, recorded by its own
/// tests. It stands beside the code as <c>contract.json</c>, so that each commit has its own.
/// </summary>
public sealed record DatabaseContract
{
    /// <summary>The file's name.</summary>
    public const string FileName = "contract.json";

    /// <summary>Version of this form; another one is refused.</summary>
    public int Version { get; init; } = 1;

    /// <summary>Whose it is.</summary>
    public required string Service { get; init; }

    /// <summary>SQL that makes the rows which the samples need; run as the owner of the schema before each of them.</summary>
    public ImmutableArray<string> Given { get; init; } = [];

    /// <summary>Statements that it sends itself.</summary>
    public ImmutableArray<ContractStatement> Statements { get; init; } = [];

    /// <summary>Requests that it sends to PostgREST.</summary>
    public ImmutableArray<ContractRequest> Requests { get; init; } = [];

    static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, ReadCommentHandling = JsonCommentHandling.Skip };

    /// <summary>Reads one.</summary>
    /// <param name="path">Where it is, for the error.</param>
    /// <param name="json">Its text.</param>
    /// <exception cref="UnreadableContractException">It is no JSON of this form.</exception>
    public static DatabaseContract Parse(string path, string json)
    {
        try
        {
            var contract = JsonSerializer.Deserialize<DatabaseContract>(json, Form);
            return contract is { Version: 1 } ? contract : throw new UnreadableContractException(path, "its version is not 1");
        }
        catch (JsonException broken)
        {
            throw new UnreadableContractException(path, broken.Message);
        }
    }
}

/// <summary>A statement.</summary>
/// <param name="Name">What it is for.</param>
/// <param name="Role">The role that it runs as.</param>
/// <param name="Sql">With <c>$1</c>, <c>$2</c>, ... for parameters.</param>
public sealed record ContractStatement(string Name, string Role, string Sql)
{
    /// <summary>Sample values as text; null is null.</summary>
    public ImmutableArray<string?> Parameters { get; init; } = [];

    /// <summary>Claims of the token, where row-level security asks for them.</summary>
    public ImmutableDictionary<string, JsonElement> Claims { get; init; } = ImmutableDictionary<string, JsonElement>.Empty;
}

/// <summary>A request to PostgREST.</summary>
/// <param name="Name">What it is for.</param>
/// <param name="Role">The role of its token.</param>
/// <param name="Method"><c>GET</c>, <c>POST</c>, <c>PATCH</c>, <c>DELETE</c>.</param>
/// <param name="Path">Below <c>/rest/v1</c>, with the query: <c>/campaigns?select=id&amp;status=eq.draft</c>.</param>
public sealed record ContractRequest(string Name, string Role, string Method, string Path)
{
    /// <summary>A sample body.</summary>
    public JsonElement? Body { get; init; }

    /// <summary>Claims of the token.</summary>
    public ImmutableDictionary<string, JsonElement> Claims { get; init; } = ImmutableDictionary<string, JsonElement>.Empty;
}

/// <summary>A contract cannot be read.</summary>
public sealed class UnreadableContractException(string path, string reason)
    : DeployException($"{path} is no contract: {reason}.", "Record it again with the tests of its service.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
