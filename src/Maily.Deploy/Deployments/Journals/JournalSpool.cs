using System.Collections.Immutable;
using System.Text;
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
        file = new FileStream(Path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        Former = new(ReadFormer());
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What an earlier process of this deployment wrote on this machine.</summary>
    public SpooledRecords Former { get; }

    /// <summary>Appends one record; it is on the disk when this returns, or not in the file at all when it throws.</summary>
    public async Task AppendAsync(JournalRecord record, CancellationToken cancellation)
    {
        var before = file.Position;
        try
        {
            await file.WriteAsync((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(record, DeploymentJson.Line), (byte)'\n'], cancellation);
            file.Flush(flushToDisk: true);
        }
        catch
        {
            file.SetLength(before);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    /// <summary>All whole records. A torn last one is cut off: its writer died in it, so it never acted on it.</summary>
    ImmutableArray<JournalRecord> ReadFormer()
    {
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        var whole = Array.LastIndexOf(bytes, (byte)'\n') + 1;
        file.SetLength(whole);
        file.Seek(0, SeekOrigin.End);
        return [.. Encoding.UTF8.GetString(bytes.AsSpan(0, whole)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
    }

    JournalRecord Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<JournalRecord>(line, DeploymentJson.Line) ?? throw new BrokenJournalException($"{Path} has an empty line.");
        }
        catch (JsonException unreadable)
        {
            throw new BrokenJournalException($"{Path} has a line that is no record: {unreadable.Message}", unreadable);
        }
    }
}

/// <summary>Records that a spool holds.</summary>
public sealed record SpooledRecords(ImmutableArray<JournalRecord> Records)
{
    /// <summary>
    /// Those that the store lacks. None where the store has been written by others since: what this machine spooled without
    /// the store has been looked up on the far sides by them.
    /// </summary>
    public IEnumerable<JournalRecord> After(JournalState stored)
    {
        var common = Records.LastOrDefault(record => record.Sequence == stored.LastSequence);
        var isContinued = stored.LastSequence == 0 || common == stored.LastRecord;
        return isContinued ? Records.Where(record => record.Sequence > stored.LastSequence).OrderBy(record => record.Sequence) : [];
    }
}
