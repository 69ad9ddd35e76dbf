using Nuke.Common;
using Nuke.Common.IO;
using Nuke.Components;
using Serilog;

namespace NukeRunner.Tests.Parameters;

public sealed class ParameterTests : IDisposable
{
    readonly RunningABuild run = new();

    public void Dispose() => run.Dispose();

    [Theory]
    [InlineData("Region")]
    [InlineData("REGION")]
    [InlineData("NUKE_REGION")]
    public void The_environment_gives_values_under_any_of_its_names(string variable)
    {
        run.Variables[variable] = "from-environment";
        Values().ShouldContain("region=from-environment");
    }

    [Fact]
    public void Sources_come_in_order()
    {
        Values().ShouldContain("region=initial");
        run.WithFile(".nuke/parameters.json", """{ "Region": "from-file", "Names": ["x", "y"] }""");
        Values().ShouldContain("region=from-file names=x,y");
        run.WithFile(".nuke/parameters.eu.json", """{ "Region": "from-profile" }""");
        Values("--profile", "eu").ShouldContain("region=from-profile names=x,y");
        run.Variables["REGION"] = "from-environment";
        Values("--profile", "eu").ShouldContain("region=from-environment");
        Values("--region", "from-cli").ShouldContain("region=from-cli");
    }

    [Fact]
    public void An_empty_variable_is_an_unset_one()
    {
        run.Variables["REGION"] = "";
        Values().ShouldContain("region=initial");
    }

    [Fact]
    public void Names_are_written_in_any_case()
        => Values("--Maximum-ROWS", "7").ShouldContain("rows=7");

    [Fact]
    public void All_usual_types_are_converted()
        => Values("--maximum-rows", "-3", "--wanted", "--mode", "slow", "--folder", "sub", "--configuration", "release", "--items", "a+b").Split('\n').Single(x => x.Contains("rows=", StringComparison.Ordinal))
            .ShouldEndWith($"rows=-3 wanted=True mode=Slow folder={Path.Combine(run.Root, "sub")} configuration=Release items=a|b");

    [Fact]
    public void A_component_has_parameters_with_its_prefix()
    {
        run.Variables["BACKUP_KEEP"] = "5";
        Values().ShouldContain("keep=5 owner=nobody");
        Values("--backup-owner", "me").ShouldContain("owner=me");
    }

    [Fact]
    public void A_value_of_the_wrong_type_is_refused_with_its_source()
    {
        run.Start<ValuesBuild>(x => x.Show, "--maximum-rows", "many").ShouldBe(255);
        run.Output.ShouldContain("--maximum-rows: 'many' is no Int32");
        run.Start<ValuesBuild>(x => x.Show, "--mode", "medium").ShouldBe(255);
        run.Output.ShouldContain("--mode: 'medium' is no value of Fast, Slow");
    }

    [Fact]
    public void A_target_behind_a_switch_is_not_taken_for_its_value()
    {
        run.Start<ValuesBuild>(x => x.Show, "--wanted", "Show").ShouldBe(255);
        run.Output.ShouldContain("--wanted: 'Show' is no true or false");
    }

    [Fact]
    public void An_unknown_parameter_is_refused_and_the_nearest_named()
    {
        run.Start<ValuesBuild>(x => x.Show, "--regoin", "x", "--skp", "Show").ShouldBe(255);
        run.Output.ShouldContain("Parameter '--regoin' does not exist. Did you mean --region?");
        run.Output.ShouldContain("Parameter '--skp' does not exist. Did you mean --skip?");
        run.Output.ShouldNotContain("region=");
    }

    [Fact]
    public void All_missing_values_are_named_before_anything_runs()
    {
        run.Start<NeedyBuild>(x => x.Deploy).ShouldBe(3);
        run.Output.ShouldContain("--api-key (environment variable API_KEY: Key of the service) is required by Deploy");
        run.Output.ShouldContain("--account (environment variable ACCOUNT) is required by the build");
        run.Output.ShouldContain("--count (environment variable COUNT) is required by First");
        run.Output.ShouldNotContain("first ran");
    }

    [Fact]
    public void What_is_skipped_needs_no_values()
    {
        run.Variables["ACCOUNT"] = "a";
        run.Start<NeedyBuild>(x => x.Deploy, "--skip").ShouldBe(0);
    }

    [Fact]
    public void A_secret_is_never_printed()
    {
        run.Variables["API_KEY"] = "tops3cret";
        run.Variables["ACCOUNT"] = "a";
        run.Start<NeedyBuild>(x => x.Deploy, "--count", "1").ShouldBe(255);
        run.Output.ShouldContain("key is ***");
        run.Output.ShouldContain("// Exception: *** was refused");
        run.Output.ShouldNotContain("tops3cret");
    }

    string Values(params string[] arguments)
    {
        var before = run.Output.Length;
        run.Start<ValuesBuild>(x => x.Show, arguments).ShouldBe(0, run.Output);
        return run.Output[before..];
    }

    enum Mode
    {
        Fast,
        Slow,
    }

    [ParameterPrefix("Backup")]
    interface IKeep : INukeBuild
    {
        [Parameter] int? Keep => TryGetValue<int?>(() => Keep);
        [Parameter] string Owner => TryGetValue(() => Owner) ?? "nobody";
    }

    class ValuesBuild : NukeBuild, IKeep
    {
        [Parameter] readonly string Region = "initial";
        [Parameter] readonly string[] Names = [];
        [Parameter] readonly int MaximumRows = 1;
        [Parameter] readonly bool Wanted;
        [Parameter] readonly Mode? Mode;
        [Parameter] readonly AbsolutePath? Folder;
        [Parameter] readonly Configuration? Configuration;
        [Parameter(Separator = "+")] readonly IReadOnlyList<string> Items = [];

        public Target Show => _ => _.Executes(() =>
        {
            Log.Information("region={Region} names={Names}", Region, string.Join(',', Names));
            Log.Information("rows={Rows} wanted={Wanted} mode={Mode} folder={Folder} configuration={Configuration} items={Items}",
                MaximumRows, Wanted, Mode, Folder, Configuration, string.Join('|', Items));
            Log.Information("keep={Keep} owner={Owner}", ((IKeep)this).Keep, ((IKeep)this).Owner);
        });
    }

    [RefusalExitCode(3)]
    class NeedyBuild : NukeBuild
    {
        [Parameter("Key of the service")][Secret] readonly string? ApiKey;
        [Parameter][Required] readonly string? Account;
        [Parameter] readonly int? Count;

        Target First => _ => _.Requires(() => Count).Executes(() => Log.Information("first ran"));

        public Target Deploy => _ => _.DependsOn(First).Requires(() => ApiKey).Executes(() =>
        {
            Log.Information("key is {Key}", ApiKey);
            throw new Exception($"{ApiKey} was refused");
        });
    }
}
