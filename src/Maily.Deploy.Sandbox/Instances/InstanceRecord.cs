using System.Collections.Immutable;
using System.Text.Json;
using Maily.Deploy.Sandbox.Processes;

namespace Maily.Deploy.Sandbox.Instances;

/// <summary>What is written down about a sandbox, so that a later one can clean up after it.</summary>
public sealed record InstanceRecord
{
    /// <summary>The file's name in the instance's folder.</summary>
    public const string FileName = "owner.json";

    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The process that the sandbox lives in.</summary>
    public required ProcessIdentity Owner { get; init; }

    /// <summary>What it started.</summary>
    public ImmutableArray<ProcessIdentity> Processes { get; init; } = [];

    /// <summary>The folder of its sockets, which may lie elsewhere.</summary>
    public required string Sockets { get; init; }

    /// <summary>Reads an instance's record; null where there is none, because its owner was killed before it wrote one.</summary>
    public static InstanceRecord? Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        return File.Exists(path) ? JsonSerializer.Deserialize<InstanceRecord>(File.ReadAllText(path), Json) : null;
    }

    /// <summary>Writes it.</summary>
    public void Write(string folder) =>
        ModeFile.Write(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, Json), ModeFile.Public);
}
