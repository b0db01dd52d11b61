//! Short forms of Western given names.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Full name: its short forms.
const SHORT: &str = "\
abigail: abby gail; adelaide: addie; agnes: aggie; albert: al bert bertie; alexander: alex alec sandy xander lex;
alexandra: alex sandra lexi; alfred: al alf fred; alice: ally; alison: ali; allison: ali; amanda: mandy; andrea: andie;
andrew: andy drew; angela: angie; ann: annie nan; anne: annie nan; anthony: tony; antonio: tony; archibald: archie;
arthur: art; augustus: gus; barbara: barb babs; bartholomew: bart; beatrice: bea trixie; benjamin: ben benji benny;
bernard: bernie; bradley: brad; bridget: bridie; cameron: cam; caroline: carrie carol caz; cassandra: cass sandra;
catherine: cathy cath kate katie kitty cat; charles: charlie chuck chas; charlotte: lottie charlie; christina: chris tina;
christine: chris tina chrissie; christopher: chris kit topher; clifford: cliff; constance: connie; curtis: curt;
cynthia: cindy; daniel: dan danny; david: dave davey; deborah: deb debbie debra; dennis: denny; diana: di; donald: don donny;
dorothy: dot dottie dolly; douglas: doug; edmund: ed eddie ned ted; edward: ed eddie ned ted teddy; edwin: ed eddie;
eileen: ellie; eleanor: ellie nell nora ella; elizabeth: liz lizzie beth betty betsy eliza libby bess lisa elsie;
emily: em emmy; emma: em; ernest: ernie; eugene: gene; evelyn: evie; florence: flo flossie; frances: fran frankie;
francis: frank fran; frederick: fred freddie rick; gabriel: gabe; geoffrey: geoff; george: georgie; georgina: georgie gina;
gerald: gerry jerry; gertrude: gertie trudy; gilbert: gil bert; gregory: greg; harold: harry hal; harriet: hattie;
helen: nell nellie; henry: harry hank hal; herbert: herb bert; hugh: hughie; ian: iain; irene: rene; isaac: ike zac;
isabel: bella belle izzy; isabella: bella belle izzy; isabelle: belle izzy; jacob: jake; jacqueline: jackie; james: jim jimmy jamie jem;
jane: janie jenny; janet: jan; jason: jase; jeffrey: jeff; jennifer: jen jenny; jeremy: jerry jem; jessica: jess jessie;
joan: joanie; joanna: jo; joanne: jo; john: jack johnny jock; jonathan: jon jonny; joseph: joe joey jos; josephine: jo josie;
joshua: josh; judith: judy; julia: jules; julian: jules; katherine: kathy kath kate katie kitty kat; kathleen: kathy kath kate;
kathryn: kathy kate katie; kenneth: ken kenny; kimberly: kim; laura: laurie; lawrence: larry laurie; leonard: len lenny leo;
leonardo: leo; leslie: les; lewis: lew; lillian: lil lily; louis: lou; louise: lou; lucille: lucy; madeleine: maddie; madison: maddie;
malcolm: mal; margaret: maggie meg peggy marge margie madge daisy greta rita; maria: mia; marjorie: marge; martin: marty; mary: molly polly mamie;
matilda: tilly; matthew: matt; maureen: mo; maxwell: max; megan: meg; melanie: mel; melissa: mel; michael: mike mick mickey micky;
michelle: shelly; mildred: millie; mitchell: mitch; nancy: nan; natalie: nat; nathan: nat nate; nathaniel: nat nate; nicholas: nick nicky;
nicole: nicky; norman: norm; olivia: liv livvy; oliver: ollie; oscar: ossie; patricia: pat patty trish tricia; patrick: pat paddy;
paula: polly; pamela: pam; penelope: penny; peter: pete; philip: phil pip; phillip: phil pip; priscilla: cilla; rachel: rae;
ralph: ralphie; randolph: randy; raymond: ray; rebecca: becky bec becca; reginald: reg reggie; richard: dick rick ricky rich richie;
robert: bob bobby rob robbie bert; roberta: bobbie; roderick: rod; rodney: rod; roger: rog; roland: roly; ronald: ron ronnie;
rosemary: rose rosie; russell: russ; samantha: sam; samuel: sam sammy; sandra: sandy; sarah: sally sadie; sebastian: seb; sidney: sid;
simon: si; solomon: sol; stanley: stan; stephanie: steph; stephen: steve stevie; steven: steve stevie; stuart: stu; susan: sue susie suzy;
susannah: sue susie; suzanne: sue susie; sylvia: syl; terence: terry; teresa: terry tess; theodore: ted teddy theo; theresa: terry tess tracy;
thomas: tom tommy; timothy: tim; tobias: toby; valerie: val; veronica: ronnie; victor: vic; victoria: vicky tori; vincent: vince vinnie;
virginia: ginny; vivian: viv; walter: walt wally; wendell: dell; wilfred: wilf fred; william: bill billy will willie liam; winifred: winnie;
yvonne: von; zachary: zac zach zack";

/// Every name: the full names it may stand for, itself included, sorted.
static FULL: LazyLock<BTreeMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut out: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in SHORT.split(';') {
        let Some((full, short)) = line.trim().split_once(':') else { continue };
        out.entry(full).or_default().push(full);
        for name in short.split_whitespace() {
            out.entry(name).or_default().push(full);
        }
    }
    out
});

/// May both names be forms of one full name? Names as normalized (lower case, no accents).
pub(crate) fn nicknames_share_full_name(a: &str, b: &str) -> bool {
    match (FULL.get(a), FULL.get(b)) {
        (Some(x), Some(y)) => x.iter().any(|full| y.contains(full)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::nicknames_share_full_name;

    #[test]
    fn short_forms() {
        for (a, b) in
            [("bill", "william"), ("will", "bill"), ("peggy", "margaret"), ("ted", "edward"), ("ted", "theo")]
        {
            assert!(nicknames_share_full_name(a, b) && nicknames_share_full_name(b, a), "{a} {b}");
        }
        for (a, b) in [("bill", "robert"), ("edward", "theodore"), ("smith", "smith")] {
            assert!(!nicknames_share_full_name(a, b), "{a} {b}");
        }
    }
}
