using System.Security.Cryptography;
using Maily.Deploy.Sandbox.Processes;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Sandbox.Instances;

/// <summary>The folder of one sandbox, <c>artifacts/sandbox/&lt;instance&gt;</c>: everything that it writes lies in it.</summary>
public sealed class InstanceFolder : IAsyncDisposable
{
    // The kernel allows a socket's path 107 characters; the deepest socket takes 40 of them.
    const int LongestSocketFolder = 65;
    const string NameCharacters = "abcdefghjkmnpqrstuvwxyz23456789";

    readonly string root;
    readonly TimeProvider time;
    readonly Lock access = new();
    InstanceRecord record;

    InstanceFolder(string root, string name, TimeProvider time)
    {
        (this.root, Name, this.time) = (root, name, time);
        Path = System.IO.Path.Combine(root, name);
        Logs = System.IO.Path.Combine(Path, "logs");
        record = new() { Owner = ProcessIdentity.Current, Sockets = SocketFolder(Path, name) };
    }

    /// <summary>The instance's name: short, since sockets lie below it.</summary>
    public string Name { get; }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Where the far sides' logs are.</summary>
    public string Logs { get; }

    /// <summary>Where sockets are: in the folder, or under the machine's temporary folder where its path is too long for them.</summary>
    public string Sockets => record.Sockets;

    /// <summary>A folder in it.</summary>
    public string Of(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Cleans up after sandboxes whose process is gone, then makes a folder for a new one.</summary>
    public static async Task<InstanceFolder> CreateAsync(string root, TimeProvider time, ILogger log, CancellationToken cancellation)
    {
        using var held = await FolderLock.TakeAsync(root, time, cancellation);
        await Leftovers.CleanAsync(root, time, log, cancellation);
        var folder = new InstanceFolder(root, RandomNumberGenerator.GetString(NameCharacters, 6), time);
        Directory.CreateDirectory(folder.Logs);
        Directory.CreateDirectory(folder.Sockets);
        folder.record.Write(folder.Path);
        return folder;
    }

    /// <summary>Writes down one more process.</summary>
    public void Record(ProcessIdentity process)
    {
        lock (access)
        {
            record = record with { Processes = record.Processes.Add(process) };
            record.Write(Path);
        }
    }

    /// <summary>Makes the environment's file, and publishes it as <c>artifacts/sandbox/.env</c> unless a living sandbox has done so.</summary>
    /// <returns>The path to tell people.</returns>
    public async Task<string> WriteEnvironmentAsync(IReadOnlyDictionary<string, string> variables, bool publish, CancellationToken cancellation)
    {
        var text = EnvironmentFile.Format(Name, variables);
        ModeFile.Write(Of(EnvironmentFile.Name), text, ModeFile.Private);
        using var held = await FolderLock.TakeAsync(root, time, cancellation);
        var shared = System.IO.Path.Combine(root, EnvironmentFile.Name);
        if (!publish || File.Exists(shared))
            return Of(EnvironmentFile.Name);
        ModeFile.Write(shared, text, ModeFile.Private);
        return shared;
    }

    /// <summary>Removes everything.</summary>
    public async ValueTask DisposeAsync()
    {
        using var held = await FolderLock.TakeAsync(root, time, CancellationToken.None);
        await Leftovers.RemoveAsync(root, Name, record, time, CancellationToken.None);
    }

    static string SocketFolder(string path, string name) =>
        System.IO.Path.Combine(path, "s") is { Length: <= LongestSocketFolder } near ? near : System.IO.Path.Combine("/tmp", $"maily-sandbox-{name}");
}
