using System.Text.Json;

namespace Maily.Deploy.Deployments.Journals;

/// <summary>The journal's copy on this machine: one JSON line a record, flushed to the disk before the step goes on.</summary>
public sealed class JournalSpool : IDisposable
{
    readonly FileStream file;

    /// <summary>Opens <c>&lt;folder&gt;/journal.jsonl</c> for appending; makes the folder where it is missing.</summary>
    public JournalSpool(string folder)
    {
        Directory.CreateDirectory(folder);
        Path = System.IO.Path.Combine(folder, "journal.jsonl");
        file = new FileStream(Path, FileMode.Append, FileAccess.Write, FileShare.Read);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Appends one record; it is on the disk when this returns.</summary>
    public async Task AppendAsync(JournalRecord record, CancellationToken cancellation)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(record, DeploymentJson.Line);
        await file.WriteAsync((byte[])[.. line, (byte)'\n'], cancellation);
        file.Flush(flushToDisk: true);
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
