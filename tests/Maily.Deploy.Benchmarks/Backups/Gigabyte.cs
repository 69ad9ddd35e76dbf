using Maily.Deploy.Benchmarks.Parts;
using Maily.Deploy.Postgres;
using Npgsql;

namespace Maily.Deploy.Benchmarks.Backups;

/// <summary>A database with a gigabyte of rows of the kinds that applications have: texts, documents, times, numbers.</summary>
static class Gigabyte
{
    const string Fill = """
        create table mails{0} as select n as id, md5(n::text) || repeat(md5((n * 7)::text), 6) as body, now() - n * interval '1 minute' as at,
            jsonb_build_object('campaign', n % 1000, 'opened', n % 3 = 0, 'tags', jsonb_build_array(md5(n::text), 'x')) as facts, n * 1.5::numeric as cost
        from generate_series(1, {1}) n;
        alter table mails{0} add primary key (id)
        """;

    /// <summary>Makes it in four tables and gives its settings.</summary>
    public static async Task<DatabaseSettings> MakeAsync(Database server)
    {
        var settings = Database.SettingsOf(await server.RecreateAsync("big"));
        await using var connection = new NpgsqlConnection(settings.ToBuilder().ConnectionString);
        await connection.OpenAsync(CancellationToken.None);
        for (var table = 1; table <= 4; table++)
        {
            await using var command = connection.CommandOf(Fill.Replace("{0}", $"{table}", StringComparison.Ordinal).Replace("{1}", "620000", StringComparison.Ordinal));
            command.CommandTimeout = 0;
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }

        return settings;
    }
}
