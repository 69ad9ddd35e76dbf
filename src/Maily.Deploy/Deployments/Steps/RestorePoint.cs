using System.Text.Json;

namespace Maily.Deploy.Deployments.Steps;

/// <summary>
/// What a step must know to undo itself: JSON of the step's own record, written to the journal before anything changes.
/// It never holds a secret.
/// </summary>
public sealed record RestorePoint(string Json)
{
    static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    /// <summary>Of a step that needs to know nothing.</summary>
    public static RestorePoint None { get; } = new("{}");

    /// <summary>Of the given record.</summary>
    public static RestorePoint Of<T>(T data) => new(JsonSerializer.Serialize(data, Options));

    /// <summary>The record again.</summary>
    /// <exception cref="UnreadableRestorePointException">The text is not of that form.</exception>
    public T Read<T>()
    {
        try
        {
            return JsonSerializer.Deserialize<T>(Json, Options) ?? throw new UnreadableRestorePointException(typeof(T).Name, null);
        }
        catch (JsonException unreadable)
        {
            throw new UnreadableRestorePointException(typeof(T).Name, unreadable);
        }
    }
}

/// <summary>A restore point in the journal does not have the form that its compensator reads.</summary>
public sealed class UnreadableRestorePointException(string expected, Exception? cause)
    : DeployException($"A restore point cannot be read as {expected}.", "Use the version of Maily Deploy that wrote the journal.", cause?.Message, cause)
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.NeedsAttention;
}
