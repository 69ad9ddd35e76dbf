using Maily.Deploy.Rehearsals.Pipelines;
using Maily.Deploy.Rehearsals.Sandbox;
using Maily.Deploy.Sandbox.Drills;
using Maily.Deploy.Sandbox.Vercel;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maily.Deploy.Rehearsals.Drills;

public sealed class DrillTests
{
    const string Profile = "00000000-0000-4000-8000-000000000001";

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The schema is as before, and nobody has written the rows since, so that the deployment counts as undone: only the far sides tell.</summary>
    [Fact]
    public async Task A_down_script_that_leaves_other_rows_than_there_were_makes_the_drill_fail()
    {
        SandboxFixture.RequireRoot();
        var folder = Directory.CreateTempSubdirectory("maily-drill-");
        try
        {
            await using var sandbox = await SandboxFixture.StartAsync(folder.FullName, Cancellation);
            using var own = DrillFolder.Take(Path.Combine(folder.FullName, "drill"));
            var drill = new Drill(sandbox, await ProductAsync(), own, TimeProvider.System, NullLogger.Instance);

            var report = await drill.RunAsync(new() { Steps = ["SmokeTest/frontend page"], Kinds = [FaultKind.Error], Sample = 1 }, Cancellation);

            var result = report.Results.ShouldHaveSingleItem();
            result.End.ShouldBe(DrilledEnd.Wrong);
            result.HasStruck.ShouldBeTrue();
            result.Problems.ShouldContain(problem => problem.StartsWith("+ rows public.profiles ", StringComparison.Ordinal));
            result.LostRows.ShouldBe(0);
            result.AcknowledgedRows.ShouldBeGreaterThan(0);
            DrillReport.Read(Path.Combine(folder.FullName, "drill")).Failed.ShouldBe(1);
            DrillText.Lines(report).ShouldContain(line => line.StartsWith("SmokeTest/frontend page", StringComparison.Ordinal) && line.Contains('X'));
            DrillText.Html(report).ShouldContain("0 of 1 faults end as they may");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static async Task<DrillProduct> ProductAsync() => new()
    {
        Repository = CompiledBuild.Repository,
        Program = await CompiledBuild.GetAsync(),
        Flags = ["--accept-downtime", "--reason", "a drill"],
        MakeFormer = clone => SmallFrontend.Put(Path.Combine(clone, "src/Platform/web")),
        MakeNext = clone =>
        {
            SmallFrontend.Add(Path.Combine(clone, "src/Platform/web"), "next");
            Put(clone, "migrations", "alter table public.profiles rename column time_zone to zone;\n");
            Put(clone, "down", "alter table public.profiles rename column zone to time_zone;\nupdate public.profiles set display_name = 'broken on purpose';\n");
        },
        Writes = new("public.campaigns",
            $"insert into auth.users (id, email) values ('{Profile}', 'drill@maily.example'); insert into public.profiles (id) values ('{Profile}') on conflict do nothing;",
            $"insert into public.campaigns (owner_id, name) values ('{Profile}', $1)", "select name from public.campaigns"),
    };

    static void Put(string clone, string folder, string sql)
    {
        var path = Directory.CreateDirectory(Path.Combine(clone, "src/Platform/supabase", folder)).FullName;
        File.WriteAllText(Path.Combine(path, "20990101000000_rename.sql"), sql);
    }
}
