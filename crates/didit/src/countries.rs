//! Country codes: ISO 3166-1 alpha-3, and the alpha-2 codes that people write instead.
//!
//! A table of our own: the crates for it add tens of thousands of subdivisions and a perfect-hash macro for 250 codes.

/// Three letters followed by two, per country, sorted. Kosovo has a user-assigned code, which its passports use.
const CODES: &str = "\
    ABWAW AFGAF AGOAO AIAAI ALAAX ALBAL ANDAD AREAE ARGAR ARMAM ASMAS ATAAQ ATFTF ATGAG AUSAU AUTAT \
    AZEAZ BDIBI BELBE BENBJ BESBQ BFABF BGDBD BGRBG BHRBH BHSBS BIHBA BLMBL BLRBY BLZBZ BMUBM BOLBO \
    BRABR BRBBB BRNBN BTNBT BVTBV BWABW CAFCF CANCA CCKCC CHECH CHLCL CHNCN CIVCI CMRCM CODCD COGCG \
    COKCK COLCO COMKM CPVCV CRICR CUBCU CUWCW CXRCX CYMKY CYPCY CZECZ DEUDE DJIDJ DMADM DNKDK DOMDO \
    DZADZ ECUEC EGYEG ERIER ESHEH ESPES ESTEE ETHET FINFI FJIFJ FLKFK FRAFR FROFO FSMFM GABGA GBRGB \
    GEOGE GGYGG GHAGH GIBGI GINGN GLPGP GMBGM GNBGW GNQGQ GRCGR GRDGD GRLGL GTMGT GUFGF GUMGU GUYGY \
    HKGHK HMDHM HNDHN HRVHR HTIHT HUNHU IDNID IMNIM INDIN IOTIO IRLIE IRNIR IRQIQ ISLIS ISRIL ITAIT \
    JAMJM JEYJE JORJO JPNJP KAZKZ KENKE KGZKG KHMKH KIRKI KNAKN KORKR KWTKW LAOLA LBNLB LBRLR LBYLY \
    LCALC LIELI LKALK LSOLS LTULT LUXLU LVALV MACMO MAFMF MARMA MCOMC MDAMD MDGMG MDVMV MEXMX MHLMH \
    MKDMK MLIML MLTMT MMRMM MNEME MNGMN MNPMP MOZMZ MRTMR MSRMS MTQMQ MUSMU MWIMW MYSMY MYTYT NAMNA \
    NCLNC NERNE NFKNF NGANG NICNI NIUNU NLDNL NORNO NPLNP NRUNR NZLNZ OMNOM PAKPK PANPA PCNPN PERPE \
    PHLPH PLWPW PNGPG POLPL PRIPR PRKKP PRTPT PRYPY PSEPS PYFPF QATQA REURE ROURO RUSRU RWARW SAUSA \
    SDNSD SENSN SGPSG SGSGS SHNSH SJMSJ SLBSB SLESL SLVSV SMRSM SOMSO SPMPM SRBRS SSDSS STPST SURSR \
    SVKSK SVNSI SWESE SWZSZ SXMSX SYCSC SYRSY TCATC TCDTD TGOTG THATH TJKTJ TKLTK TKMTM TLSTL TONTO \
    TTOTT TUNTN TURTR TUVTV TWNTW TZATZ UGAUG UKRUA UMIUM URYUY USAUS UZBUZ VATVA VCTVC VENVE VGBVG \
    VIRVI VNMVN VUTVU WLFWF WSMWS XKXXK YEMYE ZAFZA ZMBZM ZWEZW";

/// Whether `code` is an alpha-3 code in upper case.
pub(crate) fn is_alpha3(code: &str) -> bool {
    code.len() == 3 && CODES.split(' ').any(|pair| pair.starts_with(code))
}

/// Every alpha-3 code.
pub(crate) fn all_alpha3() -> impl Iterator<Item = &'static str> {
    CODES.split(' ').filter_map(|pair| pair.get(..3))
}

/// The alpha-3 code of a country whose alpha-2 code is meant, in any case.
pub(crate) fn alpha3_of(alpha2: &str) -> Option<&'static str> {
    let wanted = alpha2.to_ascii_uppercase();
    CODES
        .split(' ')
        .filter_map(|pair| pair.split_at_checked(3))
        .find(|(_, two)| *two == wanted)
        .map(|(three, _)| three)
}

#[cfg(test)]
mod tests {
    use super::{CODES, alpha3_of, is_alpha3};

    #[test]
    fn the_table_holds_each_country_once() {
        let pairs: Vec<&str> = CODES.split(' ').collect();
        assert_eq!(pairs.len(), 250);
        assert!(
            pairs
                .iter()
                .all(|pair| pair.len() == 5 && pair.bytes().all(|byte| byte.is_ascii_uppercase()))
        );
        assert!(pairs.is_sorted());
        let two: std::collections::BTreeSet<&str> = pairs.iter().map(|pair| &pair[3..]).collect();
        let three: std::collections::BTreeSet<&str> = pairs.iter().map(|pair| &pair[..3]).collect();
        assert_eq!((two.len(), three.len()), (250, 250));
    }

    #[test]
    fn codes_are_known_by_both_spellings() {
        assert!(
            ["ESP", "GBR", "DEU", "XKX", "ZWE", "ABW"]
                .into_iter()
                .all(is_alpha3)
        );
        assert!(
            !["QQQ", "", "ES", "esp", "P E", "EU ", "PAN PNG"]
                .into_iter()
                .any(is_alpha3)
        );
        assert_eq!(alpha3_of("gb"), Some("GBR"));
        assert_eq!(alpha3_of("DE"), Some("DEU"));
        assert_eq!(
            (alpha3_of(""), alpha3_of("QQ"), alpha3_of("A B")),
            (None, None, None)
        );
    }
}
