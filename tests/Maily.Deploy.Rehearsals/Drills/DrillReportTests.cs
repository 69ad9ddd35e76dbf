using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Sandbox.Drills;

namespace Maily.Deploy.Rehearsals.Drills;

/// <summary>A drill that was stopped is continued from what its report says.</summary>
public sealed class DrillReportTests : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-drill-report-");

    [Fact]
    public void What_ended_as_it_may_is_left_out_and_what_did_not_is_tried_again()
    {
        DrillReport.Empty.With(Result("a", DrilledEnd.Undone, 3)).With(Result("b", DrilledEnd.Wrong, 5)).With(Result("other", DrilledEnd.Complete, 9)).Write(folder.FullName);

        var report = DrillReport.Read(folder.FullName).Only([FaultOf("a"), FaultOf("b"), FaultOf("c")]);

        report.Results.Select(result => result.Fault.Step.Name).ShouldBe(["a", "b"]);
        new[] { "a", "b", "c" }.Where(name => !report.IsPassed(FaultOf(name))).ShouldBe(["b", "c"]);
    }

    [Fact]
    public void A_new_result_takes_the_place_of_the_old_one()
    {
        var report = DrillReport.Empty.With(Result("a", DrilledEnd.Wrong, 3)).With(Result("b", DrilledEnd.Undone, 4)).With(Result("a", DrilledEnd.Undone, 7));

        (report.Passed, report.Failed).ShouldBe((2, 0));
        report.MedianSeconds.ShouldBe(7);
    }

    [Fact]
    public void One_drill_works_in_a_folder_at_a_time()
    {
        using (DrillFolder.Take(folder.FullName))
            Should.Throw<DrillUnderWayException>(() => DrillFolder.Take(folder.FullName)).Kind.ShouldBe(FailureKind.Refused);
        DrillFolder.Take(folder.FullName).Dispose();
    }

    [Fact]
    public void Without_a_report_there_is_nothing_to_leave_out() => DrillReport.Read(folder.FullName).Results.ShouldBeEmpty();

    public void Dispose() => folder.Delete(recursive: true);

    static Fault FaultOf(string step) => new(new StepId("Migrate", step), FaultMoment.BeforeApply, FaultKind.Killed) { Recovery = Recovery.Rollback };

    static DrillResult Result(string step, DrilledEnd end, double seconds) =>
        new() { Fault = FaultOf(step), End = end, HasStruck = true, ExitCodes = [137, 0], Seconds = seconds, AcknowledgedRows = 10, LostRows = 0 };
}
