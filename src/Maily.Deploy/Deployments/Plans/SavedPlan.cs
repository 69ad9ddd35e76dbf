using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Maily.Deploy.Deployments.Plans;

/// <summary>What a deployment would do, as it was looked at and approved: one JSON file, without any secret.</summary>
public sealed record SavedPlan
{
    /// <summary>The form of the file that this version writes and reads.</summary>
    public const string Form = "maily.dev/plan/v1";

    /// <summary>The form of the file.</summary>
    public string Schema { get; init; } = Form;

    /// <summary>The environment.</summary>
    public required string Environment { get; init; }

    /// <summary>The full commit id, 40 hexadecimal digits.</summary>
    public required string Commit { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>All stages that have steps, in order.</summary>
    public required ImmutableArray<PlannedStage> Stages { get; init; }

    /// <summary>SHA-256 over all of the above, 64 hexadecimal digits: a plan that somebody edited is no plan.</summary>
    public string Hash { get; init; } = "";

    /// <summary>The plan with its hash.</summary>
    public SavedPlan Sealed() => this with { Hash = HashOf() };

    /// <summary>Writes the file.</summary>
    public async Task WriteAsync(string file, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(this, DeploymentJson.Readable), cancellation);
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="UnreadablePlanException">It is not there, of another form, or was changed.</exception>
    public static async Task<SavedPlan> ReadAsync(string file, CancellationToken cancellation)
    {
        SavedPlan? plan;
        try
        {
            plan = JsonSerializer.Deserialize<SavedPlan>(await File.ReadAllTextAsync(file, cancellation), DeploymentJson.Readable);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new UnreadablePlanException(file, unreadable.Message);
        }

        if (plan?.Schema != Form)
            throw new UnreadablePlanException(file, $"its form is {plan?.Schema ?? "unknown"}, not {Form}");
        return plan.Hash == plan.HashOf() ? plan : throw new UnreadablePlanException(file, "it was changed after it was made: its hash does not fit");
    }

    string HashOf() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(this with { Hash = "" }, DeploymentJson.Line))));
}

/// <summary>One stage of a saved plan.</summary>
/// <param name="Name">The stage's name.</param>
/// <param name="Note">Why its steps were not known, or why it is left out; null where they are all.</param>
/// <param name="Steps">Its steps.</param>
public sealed record PlannedStage(string Name, string? Note, ImmutableArray<PlannedStep> Steps);

/// <summary>One step of a saved plan.</summary>
/// <param name="Id"><c>Stage/Name</c>.</param>
/// <param name="Title">What it does, for people.</param>
/// <param name="Changes">What it changes; null where the title says all.</param>
public sealed record PlannedStep(string Id, string Title, ImmutableArray<PlannedChange>? Changes);

/// <summary>A file is no plan that can be carried out.</summary>
public sealed class UnreadablePlanException(string file, string why)
    : DeployException($"{file} is no plan that can be carried out.", "Make one with `./build.sh Plan`.", why)
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
