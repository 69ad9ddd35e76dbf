using System.Text.Json;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Journals;

namespace Maily.Deploy.Tests.Deployments.Journals;

public sealed class JournalSpoolTests : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-spool-");

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    string File => Path.Combine(folder.FullName, "journal.jsonl");

    [Theory]
    [InlineData(1)]
    [InlineData(5000)]
    [InlineData(20000)]
    public async Task A_torn_end_is_cut_off_however_long_it_is(int torn)
    {
        await WriteAsync(Record(1), Record(2) with { Text = new string('x', 9000) });
        var whole = new FileInfo(File).Length;
        await System.IO.File.AppendAllTextAsync(File, new string('y', torn), Cancellation);

        (await ReadAsync(JournalState.Empty)).ShouldBe([1, 2]);

        new FileInfo(File).Length.ShouldBe(whole);
    }

    [Fact]
    public async Task What_holds_no_whole_record_is_empty()
    {
        await System.IO.File.WriteAllTextAsync(File, new string('y', 5000), Cancellation);
        (await ReadAsync(JournalState.Empty)).ShouldBeEmpty();
        new FileInfo(File).Length.ShouldBe(0);
    }

    [Fact]
    public async Task Only_what_the_store_lacks_is_read()
    {
        await WriteAsync([.. Enumerable.Range(1, 5).Select(Record)]);
        (await ReadAsync(StoredUpTo(Record(3)))).ShouldBe([4, 5]);
        (await ReadAsync(StoredUpTo(Record(5)))).ShouldBeEmpty();
    }

    [Fact]
    public async Task Where_others_have_written_since_nothing_is_brought()
    {
        await WriteAsync([.. Enumerable.Range(1, 5).Select(Record)]);
        (await ReadAsync(StoredUpTo(Record(4) with { Text = "another machine's" }))).ShouldBeEmpty();
    }

    // 4 to 6 were never stored; another machine wrote its own 4, then this one went on with 5.
    [Fact]
    public async Task What_was_given_up_once_does_not_come_back()
    {
        var own = Record(5) with { Text = "after the other machine" };
        await WriteAsync([.. Enumerable.Range(1, 6).Select(Record), own]);
        (await ReadAsync(StoredUpTo(own))).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_line_that_is_no_record_is_an_error()
    {
        await System.IO.File.WriteAllTextAsync(File, "{ \"sequence\": }\n", Cancellation);
        (await Should.ThrowAsync<BrokenJournalException>(ReadAsync(JournalState.Empty))).Fact.ShouldContain("journal.jsonl(1)");
    }

    [Fact]
    public async Task It_goes_on_where_it_ended()
    {
        await WriteAsync(Record(1));
        using (var spool = new JournalSpool(folder.FullName))
            await spool.AppendAsync(Record(2), Cancellation);
        (await ReadAsync(JournalState.Empty)).ShouldBe([1, 2]);
    }

    public void Dispose() => folder.Delete(recursive: true);

    static JournalRecord Record(int sequence) => new() { Sequence = sequence, At = DateTimeOffset.UnixEpoch, FencingNumber = 1, Event = JournalEvent.Applying, Step = new("Migrate", "1") };

    static JournalState StoredUpTo(JournalRecord last) => JournalState.Empty with { LastSequence = last.Sequence, LastRecord = last };

    Task WriteAsync(params JournalRecord[] records) =>
        System.IO.File.WriteAllLinesAsync(File, records.Select(record => JsonSerializer.Serialize(record, DeploymentJson.Line)), Cancellation);

    async Task<long[]> ReadAsync(JournalState stored)
    {
        using var spool = new JournalSpool(folder.FullName);
        return [.. (await spool.ReadAfterAsync(stored, Cancellation)).Select(record => record.Sequence)];
    }
}
