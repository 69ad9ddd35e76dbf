using System.Text.Json;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Leases;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Postgres;
using Npgsql;

namespace Maily.Deploy.Benchmarks.Journals;

/// <summary>A long journal of many steps, as a deployment of thousands of them writes it.</summary>
static class SampleJournal
{
    public const string Environment = "benchmark";

    public static LeaseHolder Holder { get; } = new("20260101T000000Z-abcdef0-aaaa", "benchmark", "localhost", 1);

    public static DeploymentId Id { get; } = DeploymentId.Parse(Holder.Deployment);

    public static IEnumerable<JournalRecord> Records(int count)
    {
        var header = new DeploymentHeader(Id.Value, Environment, new('a', 40), "benchmark", DateTimeOffset.UnixEpoch, ["Migrate"], []);
        yield return Record(1) with { Event = JournalEvent.Started, Step = null, Kind = null, Text = JsonSerializer.Serialize(header, DeploymentJson.Line) };
        for (var sequence = 2; sequence <= count; sequence++)
            yield return Record(sequence);
    }

    /// <summary>Four records a step: captured, applying, applied, verified.</summary>
    public static JournalRecord Record(long sequence) => new()
    {
        Sequence = sequence,
        At = DateTimeOffset.UnixEpoch.AddSeconds(sequence),
        FencingNumber = 1,
        Event = (sequence % 4) switch { 0 => JournalEvent.Captured, 1 => JournalEvent.Applying, 2 => JournalEvent.Applied, _ => JournalEvent.Verified },
        Step = new StepId("Migrate", $"step_{sequence / 4}"),
        Kind = StepKind.Reversible,
        CompensatorType = "benchmark.step",
        RestorePoint = sequence % 4 == 0 ? RestorePoint.Of(new { former = new string('x', 100) }) : null,
        Outputs = sequence % 4 > 1 ? StepOutputs.Of(("digest", $"sha256:{sequence:x64}"), ("version", $"{sequence}")) : null,
    };

    public static IEnumerable<string> Lines(int count) => Records(count).Select(record => JsonSerializer.Serialize(record, DeploymentJson.Line));

    /// <summary>Writes it into a prepared store's table at once.</summary>
    public static Task PutAsync(NpgsqlConnection connection, int count, CancellationToken cancellation) => connection.RunAsync("""
        insert into maily_deploy.journal (environment, deployment, sequence, record)
        select $1, $2, n, line::json from unnest($3::text[]) with ordinality as lines(line, n)
        """, cancellation, Environment, Id.Value, Lines(count).ToArray());
}
