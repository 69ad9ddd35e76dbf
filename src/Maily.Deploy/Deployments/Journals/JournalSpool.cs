using System.Collections.Immutable;
using System.Text.Json;
using Maily.Deploy.Deployments.Stores;

namespace Maily.Deploy.Deployments.Journals;

/// <summary>The journal's copy on this machine: one JSON line a record, flushed to the disk before the step goes on.</summary>
public sealed class JournalSpool : IDisposable
{
    const int Block = 4096;

    readonly FileStream file;

    /// <summary>Opens <c>&lt;folder&gt;/journal.jsonl</c> for appending; makes the folder where it is missing.</summary>
    public JournalSpool(string folder)
    {
        Directory.CreateDirectory(folder);
        Path = System.IO.Path.Combine(folder, "journal.jsonl");
        file = new FileStream(Path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        CutTornEnd();
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Appends one record; it is on the disk when this returns, or not in the file at all when it throws.</summary>
    public async Task AppendAsync(JournalRecord record, CancellationToken cancellation)
    {
        var before = file.Position;
        try
        {
            await file.WriteAsync((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(record, DeploymentJson.Line), (byte)'\n'], cancellation);
            file.Flush(flushToDisk: true);
            if (before == 0)
                FolderEntry.Flush(Path);
        }
        catch
        {
            file.SetLength(before);
            throw;
        }
    }

    /// <summary>
    /// What an earlier process of this deployment wrote on this machine and the store lacks: all that stands after the store's last
    /// record. None where that does not stand here: others have written since, and have looked up on the far sides what this
    /// machine spooled without the store. Only these are held in memory.
    /// </summary>
    /// <exception cref="BrokenJournalException">A line is no record.</exception>
    public async Task<ImmutableArray<JournalRecord>> ReadAfterAsync(JournalState stored, CancellationToken cancellation)
    {
        var after = stored.LastRecord is null ? ImmutableArray.CreateBuilder<JournalRecord>() : null;
        await foreach (var record in JsonLines.ReadAsync<JournalRecord>(Path, file.Length, cancellation))
        {
            if (record.Sequence == stored.LastSequence && record == stored.LastRecord)
                after = ImmutableArray.CreateBuilder<JournalRecord>();
            else
                after?.Add(record);
        }

        return after?.ToImmutable() ?? [];
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    // Its writer died in it, so it never acted on it.
    void CutTornEnd()
    {
        Span<byte> block = stackalloc byte[Block];
        var end = file.Length;
        while (end > 0)
        {
            var part = block[..(int)Math.Min(Block, end)];
            file.Seek(end - part.Length, SeekOrigin.Begin);
            file.ReadExactly(part);
            end -= part.Length - (part.LastIndexOf((byte)'\n') + 1);
            if (part.Contains((byte)'\n'))
                break;
        }

        file.SetLength(end);
        file.Seek(0, SeekOrigin.End);
    }
}
